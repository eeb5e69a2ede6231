/**
 * One run: a cluster comes up, clients and faults do what the plan says, then faults stop and the cluster must converge
 * within a bounded time; at the end, and where it can be seen on the way, the invariants are checked.
 */
import { SeededRandom } from "../runtime/simulated/index.js";
import { ClientPool } from "./client-pool.js";
import { ClusterProcesses, type RunningNode } from "./cluster-processes.js";
import { CopyLedger } from "./copy-ledger.js";
import { type Damage, DamageBudget } from "./damage-budget.js";
import { DiskClocks } from "./disk-clocks.js";
import { DotLedger } from "./dot-ledger.js";
import { DoubtWatch } from "./doubt-watch.js";
import { faultNamed } from "./faults/catalogue.js";
import { History } from "./history.js";
import { checkPeeks } from "./invariants/batches.js";
import { checkFills } from "./invariants/bounds.js";
import { checkBroughtHome } from "./invariants/copies.js";
import { CutPeers } from "./invariants/cut-peers.js";
import { checkNothingOfThePast, checkUniqueDots } from "./invariants/dots.js";
import { checkDoubts } from "./invariants/doubts.js";
import { checkNotForgottenEarly } from "./invariants/forgetting.js";
import { checkFullSyncs, checkLogsKept } from "./invariants/full-syncs.js";
import { CutHints, checkHintsAddUp } from "./invariants/hints.js";
import { checkLifetimes } from "./invariants/lifetimes.js";
import { checkOwnWrites } from "./invariants/own-writes.js";
import { checkQuarantineComplete } from "./invariants/quarantine.js";
import { checkNothingRepaired } from "./invariants/repairs.js";
import { checkAppliedOnce } from "./invariants/retries.js";
import { checkScans } from "./invariants/scans.js";
import { checkStamps } from "./invariants/stamps.js";
import { checkStrictLooks } from "./invariants/strict-looks.js";
import { checkStrictReads } from "./invariants/strict-reads.js";
import { Judgement } from "./judgement.js";
import { NodeKeeper } from "./node-keeper.js";
import { isFault, type Plan, type PlannedFault, REGIONS } from "./plan.js";
import { Stage } from "./stage.js";
import type { Trace } from "./trace.js";
import { UpdateLedger } from "./update-ledger.js";
import { Violation } from "./violation.js";

const READY_WITHIN_MS = 30_000;
/** After the last action: what is in flight comes to its deadline. */
const AFTER_LAST_MS = 3_000;
const SAMPLE_MS = 1_000;
/** Faults that move clocks. */
const CLOCKS_MOVE = /^clock-(step|drift)|^boot-behind$/;

export class Simulation {
  readonly history: History;
  readonly #plan: Plan;
  readonly #trace: Trace;
  readonly #cluster: ClusterProcesses;
  readonly #keeper: NodeKeeper;
  readonly #stage: Stage;
  readonly #ledger = new DotLedger();
  readonly #clocks = new DiskClocks();
  readonly #copies: CopyLedger;
  readonly #updates = new UpdateLedger();
  readonly #budget: DamageBudget;
  readonly #clients: ClientPool;
  /** Processes that have written a batch. */
  readonly #begun = new Set<RunningNode["api"]>();
  readonly #doubtWatch: DoubtWatch;
  readonly #cutPeers: CutPeers;
  readonly #cutHints: CutHints;

  constructor(plan: Plan, trace: Trace) {
    this.#plan = plan;
    this.#trace = trace;
    this.history = new History(plan.keys, plan.compounds);
    const nodes = plan.nodesPerRegion * REGIONS.length;
    this.#budget = new DamageBudget((plan.victim % nodes) + 1);
    this.#cutPeers = new CutPeers(plan.swarm);
    this.#cutHints = new CutHints(plan.settings.maxHintWindowMs, plan.swarm);
    this.#cluster = this.#build();
    this.#doubtWatch = new DoubtWatch(this.#cluster.nodes, this.#clocks.doubts);
    this.#copies = new CopyLedger(
      this.#cluster.nodes.map(({ member }) => member.number),
      (node, key) => this.#nodeNumbered(node)?.host.disk.peek(key),
    );
    const tell = (text: string): void => this.#tell(text);
    this.#keeper = new NodeKeeper(this.#cluster, plan.settings.fsync === "always", {
      tell,
      ended: (node, end) => this.#stage.noteEnd(node, end),
      mayLose: (node) => node.member.number === this.#budget.victim,
      losesAcknowledged: (node) => this.#destroyed(node, "unseen"),
    });
    this.#stage = new Stage(this.#cluster, this.#keeper, (...what) => this.#destroyed(...what));
    this.#clients = new ClientPool(
      this.#cluster,
      this.history,
      { clocks: this.#clocks, copies: this.#copies, updates: this.#updates },
      new SeededRandom(plan.seed).split("clients"),
      plan.settings.requestIdWindowMs,
      tell,
    );
  }

  get nowMs(): number {
    return this.#cluster.world.time.nowMs;
  }

  get nodeCount(): number {
    return this.#cluster.nodes.length;
  }

  get firedFaults(): readonly string[] {
    return this.#stage.firedFaults;
  }

  /** Throws a `Violation`. */
  run(): void {
    this.#keeper.startAll();
    this.#waitUntilReady();
    this.#act();
    this.#tell("faults stop");
    this.#stage.calm();
    this.#keeper.startAll();
    const tell = (text: string): void => this.#tell(text);
    const disturb = () => this.#stage.disturbRest();
    const isTimeKept = this.#isTimeKept;
    const model = { history: this.history, updates: this.#updates, budget: this.#budget, isTimeKept };
    new Judgement(this.#cluster, model, this.#plan.settings, disturb, tell).pass();
    this.#checkHistory();
  }

  #waitUntilReady(): void {
    const isReady = (): boolean =>
      this.#cluster.nodes.every(({ isUp, api }) => isUp && api.status().state === "READY");
    const deadlineMs = this.nowMs + READY_WITHIN_MS;
    while (!isReady()) {
      if (this.nowMs >= deadlineMs) throw new Violation("liveness", "a new cluster is not ready within 30 s");
      this.#cluster.runFor(50);
    }
  }

  #act(): void {
    const { time } = this.#cluster.world;
    let lastMs = 0;
    for (const action of this.#plan.actions) {
      lastMs = Math.max(lastMs, action.atMs);
      time.schedule(action.atMs, () => (isFault(action) ? this.#inject(action) : this.#clients.run(action)));
    }
    const endMs = this.nowMs + lastMs + AFTER_LAST_MS;
    while (this.nowMs < endMs) {
      this.#cluster.runFor(Math.min(SAMPLE_MS, endMs - this.nowMs));
      this.#sample();
    }
  }

  #inject(fault: PlannedFault): void {
    const kind = faultNamed(fault.fault);
    if (kind === undefined) throw new Error(`there is no fault ${fault.fault}`);
    this.#tell(
      `fault ${fault.fault} node=${fault.node} peer=${fault.peer} for=${fault.forMs} amount=${fault.amount}`,
    );
    kind.inject(this.#stage, fault);
  }

  #sample(): void {
    const { nodes, world } = this.#cluster;
    for (const node of nodes) {
      const { api, isUp, member } = node;
      const inspection = isUp ? api.inspect() : undefined;
      if (inspection !== undefined) checkFills(member.nodeId, inspection);
      if (!isUp) continue;
      checkHintsAddUp(member.nodeId, api.hints());
      this.#cutHints.check(node, (nodeId) => this.#cluster.node(nodeId), this.nowMs);
      checkNothingRepaired(member, api.counters(), this.#budget);
      checkFullSyncs(member.nodeId, api.counters(), this.#plan, this.#budget);
    }
    checkUniqueDots(this.#ledger);
    checkStamps(this.#ledger);
    checkNotForgottenEarly(this.#clocks);
    checkLogsKept(this.#clocks, this.#plan);
    checkDoubts(this.#clocks.doubts, this.#doubtWatch);
    checkBroughtHome(this.#copies);
    checkNothingOfThePast(this.#clocks);
    this.#cutPeers.check(nodes, (from, to) => world.network.cutSinceMs(from, to), this.nowMs);
  }

  #checkHistory(): void {
    this.#sample();
    checkAppliedOnce(this.#ledger, this.#budget);
    checkQuarantineComplete(this.#cluster.nodes, this.#clocks);
    checkStrictReads(this.history, this.#budget);
    checkStrictLooks(this.history, this.#budget);
    checkOwnWrites(this.history, this.#budget);
    checkScans(this.history, this.#budget);
    checkPeeks(this.history, this.#budget, this.#clocks);
    if (this.#isTimeKept) checkLifetimes(this.history, this.#budget, this.#epochMs);
  }

  /** Whatever befalls clocks, but that they are off from the start. */
  get #isTimeKept(): boolean {
    return !this.#plan.actions.some((action) => isFault(action) && CLOCKS_MOVE.test(action.fault));
  }

  /** Since 1970, at the start of virtual time. */
  get #epochMs(): number {
    const clock = this.#cluster.nodes[0]?.host.clock;
    return clock === undefined ? 0 : clock.wallMs() - clock.errorMs - this.nowMs;
  }

  #destroyed({ member }: RunningNode, damage: Damage, copiedAtMs?: number): void {
    this.#budget.destroyed(member.number, this.nowMs, damage, copiedAtMs);
    this.#ledger.diskLost(member.number);
    this.#clocks.diskLost(member.number, damage);
    this.#copies.diskLost(member.number);
  }

  /** With the first batch of a process. */
  #noteStart(number: number): void {
    const node = this.#nodeNumbered(number);
    if (node === undefined || this.#begun.has(node.api)) return;
    this.#begun.add(node.api);
    this.#clocks.started(number, this.#plan.partitions, (key) => node.host.disk.peek(key));
  }

  #nodeNumbered(number: number): RunningNode | undefined {
    return this.#cluster.nodes.find(({ member }) => member.number === number);
  }

  #build(): ClusterProcesses {
    const { plan, trace } = { plan: this.#plan, trace: this.#trace };
    return new ClusterProcesses({
      seed: plan.seed,
      regions: REGIONS,
      nodesPerRegion: plan.nodesPerRegion,
      replicas: plan.replicasPerRegion,
      partitions: plan.partitions,
      settings: { ...plan.settings, fsyncIntervalMs: 400 },
      clockOffsetsMs: Object.fromEntries(
        REGIONS.flatMap((region, r) =>
          Array.from({ length: plan.nodesPerRegion }, (_, n) => [
            `${region}-${n + 1}`,
            plan.clockOffsetsMs[r * plan.nodesPerRegion + n] ?? 0,
          ]),
        ),
      ),
      onLog: (line) => trace.note(line),
      observer: {
        frameDelivered: (from, to, frame, atMs) => {
          trace.bytes(from, to, frame, atMs);
          this.#stage.noteFrame(from, to, frame);
          this.#doubtWatch.frameDelivered(from, to, frame);
        },
        batchWritten: (node, batch, _isSynced, atMs) => {
          for (const { value } of batch) if (value !== undefined) trace.bytes(node, node, value, atMs);
          this.#noteStart(node);
          this.#updates.batchWritten(node, batch, (of, partition) => this.#clocks.clockOf(of, partition));
          const minted = this.#ledger.batchWritten(node, batch, (partition) =>
            this.#clocks.clockOf(node, partition),
          );
          this.#clocks.batchWritten(node, batch);
          this.#copies.batchWritten(node, batch);
          for (const partition of minted) this.#clocks.minted(node, partition);
          if (minted.size > 0) this.#stage.noteMint(node);
          this.#stage.noteBatch(node);
        },
      },
      owner: {
        ended: (node) => this.#keeper.ended(node),
        startFailed: (node, error) => this.#keeper.startFailed(node, error),
      },
    });
  }

  #tell(text: string): void {
    this.#trace.event(this.nowMs, text);
  }
}
