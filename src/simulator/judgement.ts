/**
 * The end of a run: faults have stopped, and the cluster must come to rest within a bounded time. Then every replica must
 * hold the same, and hold what was promised.
 */
import { Context } from "../causality/index.js";
import type { DigestReport, RowInspection } from "../node/index.js";
import type { Operation, Outcome } from "../replication/index.js";
import { copyRange } from "../storage/index.js";
import type { ClusterProcesses, RunningNode } from "./cluster-processes.js";
import { lookOf, shownBy } from "./compounds.js";
import { difference, isQuiet } from "./convergence.js";
import type { DamageBudget } from "./damage-budget.js";
import { recordsOn } from "./disk-record.js";
import type { StillBroken } from "./faults/fault.js";
import type { CompoundUnderTest, History, KeyUnderTest, Look, Read } from "./history.js";
import { checkAcknowledgedWrites } from "./invariants/acknowledged-writes.js";
import { checkBatches } from "./invariants/batches.js";
import { checkSiblings } from "./invariants/bounds.js";
import { checkEqualScans } from "./invariants/convergence.js";
import { checkNoCopies } from "./invariants/copies.js";
import { checkCounters } from "./invariants/counters.js";
import { checkDeletedValues } from "./invariants/deleted-values.js";
import { checkContiguousLog } from "./invariants/dots.js";
import { checkElements } from "./invariants/elements.js";
import { forgetsTooLate, keptTooLong } from "./invariants/forgetting.js";
import { notHealed } from "./invariants/healing.js";
import { checkHintsAddUp, pendingHints } from "./invariants/hints.js";
import { checkOver, keptPastEnd } from "./invariants/lifetimes.js";
import { checkQuarantine } from "./invariants/quarantine.js";
import { checkSessions } from "./invariants/sessions.js";
import { checkWatches } from "./invariants/watches.js";
import { lifetimeRead, lifetimeShown } from "./lifetimes.js";
import { getOf } from "./operations.js";
import type { PlannedSettings } from "./plan.js";
import { batchesAtRest, listedAtRest } from "./reads-at-rest.js";
import type { UpdateLedger } from "./update-ledger.js";
import { Violation } from "./violation.js";

/** By far more than a second of catch-up and a few rounds of anti-entropy. */
const CONVERGES_WITHIN_MS = 60_000;
/** Once all is quiet: a few rounds of trimming, after the window in which retries may come. */
const FORGETS_WITHIN_MS = 40_000;
/** A watch goes on at a node that is up, after a while for which it is not read. */
const WATCHED_WITHIN_MS = 30_000;
/** What one replica had seen alone is waited for a second. */
const SHOWN_WITHIN_MS = 3_000;
const STEP_MS = 500;
const FORGETTING_STEP_MS = 2_000;
/** A node reads the rows of one partition so much more seldom than it compares its sketches with a peer's. */
const AUDITS_A_SCRUB = 6;
const ANSWER_WITHIN_MS = 5_000;
const READ_ATTEMPTS_MAX = 5;

/** What clients were told, what they did, and what may have been lost of it. */
interface Model {
  readonly history: History;
  readonly updates: UpdateLedger;
  readonly budget: DamageBudget;
  /** No clock was set, or went too fast. */
  readonly isTimeKept: boolean;
}

export class Judgement {
  readonly #cluster: ClusterProcesses;
  readonly #model: Model;
  readonly #settings: PlannedSettings;
  readonly #disturbRest: () => readonly StillBroken[];
  readonly #tell: (text: string) => void;

  constructor(
    cluster: ClusterProcesses,
    model: Model,
    settings: PlannedSettings,
    disturbRest: () => readonly StillBroken[],
    tell: (text: string) => void,
  ) {
    this.#cluster = cluster;
    this.#model = model;
    this.#settings = settings;
    this.#disturbRest = disturbRest;
    this.#tell = tell;
  }

  /** Throws a `Violation`. */
  pass(): void {
    this.#converge();
    this.#tell("converged");
    this.#forget();
    this.#heal();
    this.#checkValues();
    this.#checkCompounds();
    this.#checkLifetimes();
    this.#checkWatches();
    this.#checkBatches();
    for (const node of this.#members) {
      const rows = this.#inspectRows(node);
      checkContiguousLog(node.member.nodeId, rows);
      checkNoCopies(node.member.nodeId, [...recordsOn(node.host, copyRange())].length);
      checkSiblings(node.member.nodeId, rows, this.#settings.maxSiblings, this.#members.length);
    }
  }

  #checkValues(): void {
    const { history, budget } = this.#model;
    for (const key of history.keys) checkEqualScans(key, this.#scan(getOf(key.name, key.type)));
    const final = history.keys.map((key) => this.#readAll(key));
    checkAcknowledgedWrites(history, final, budget);
    checkDeletedValues(history, final, budget);
    checkQuarantine(history, final, this.#cluster.nodes, budget);
  }

  #checkCompounds(): void {
    const { history, updates, budget } = this.#model;
    for (const key of history.compounds) checkEqualScans(key, this.#scan(lookOf(key, 0, true)));
    const final = history.compounds.map((key) => this.#lookAll(key));
    checkCounters(history, updates, final, budget);
    checkElements(history, updates, final, budget);
    checkSessions(history, updates, final, budget);
  }

  #checkLifetimes(): void {
    const { history, budget, isTimeKept } = this.#model;
    for (const key of new Set(history.lastings.map((lasting) => lasting.key))) {
      const shown = lifetimeShown(this.#read(this.#anyMember, lifetimeRead(key), "ALL"));
      if (shown !== undefined) checkOver(key, shown, history, budget, isTimeKept);
    }
  }

  #checkBatches(): void {
    const { history, budget } = this.#model;
    const read = (operation: Operation) => this.#read(this.#anyMember, operation, "ALL");
    checkBatches(history, batchesAtRest(history.batches, this.#cluster.view, read), budget);
  }

  /** They may be on their way to a node that is up. */
  #checkWatches(): void {
    const { history, budget } = this.#model;
    const { followings } = history;
    if (followings.length === 0) return;
    for (const following of followings) following.isToStay = true;
    const { time } = this.#cluster.world;
    time.runUntil(() => followings.every(({ isServed }) => isServed), WATCHED_WITHIN_MS);
    this.#cluster.runFor(SHOWN_WITHIN_MS);
    const read = (operation: Operation) => this.#read(this.#anyMember, operation, "ALL");
    checkWatches(history, listedAtRest(this.#cluster.view, read), budget);
  }

  /** Whoever was removed is not judged any more. */
  get #members(): readonly RunningNode[] {
    return this.#cluster.nodes.filter(({ isRemoved }) => !isRemoved);
  }

  #converge(): void {
    const deadlineMs = this.#nowMs() + CONVERGES_WITHIN_MS;
    for (;;) {
      this.#cluster.runFor(STEP_MS);
      const why = this.#unrest();
      if (why === undefined) return;
      if (this.#nowMs() >= deadlineMs)
        throw new Violation("liveness", `no rest within ${CONVERGES_WITHIN_MS} ms of calm: ${why}`);
    }
  }

  /** Tombstones go, and so do clock entries, for which the log has to be trimmed before. */
  #forget(): void {
    const deadlineMs = this.#nowMs() + FORGETS_WITHIN_MS + this.#settings.requestIdWindowMs;
    for (;;) {
      const kept = this.#kept();
      if (kept === undefined) break;
      if (this.#nowMs() >= deadlineMs) throw forgetsTooLate(FORGETS_WITHIN_MS, kept);
      this.#cluster.runFor(FORGETTING_STEP_MS);
    }
    this.#tell("all that may be forgotten is");
  }

  /** Something befalls the cluster even now, and it has to find and mend it. */
  #heal(): void {
    const broken = this.#disturbRest();
    if (broken.length === 0) return;
    const rounds = AUDITS_A_SCRUB * this.#cluster.layout.partitionCount + 2 * this.#cluster.nodes.length;
    const withinMs = CONVERGES_WITHIN_MS + rounds * this.#settings.auditIntervalMs;
    const deadlineMs = this.#nowMs() + withinMs;
    for (let step = 0; ; step++) {
      if (broken.some(({ isReadMeanwhile }) => isReadMeanwhile)) this.#readOne(step);
      this.#cluster.runFor(STEP_MS);
      const why = broken.map((each) => each.why()).find((each) => each !== undefined) ?? this.#unrest();
      if (why === undefined) break;
      if (this.#nowMs() >= deadlineMs) throw notHealed(withinMs, why);
    }
    this.#tell("healed");
  }

  /** A read of several replicas, of which one has lost something, must not hand the loss on. */
  #readOne(step: number): void {
    const { history } = this.#model;
    const reads = [
      ...history.keys.map((key) => getOf(key.name, key.type)),
      ...history.compounds.map((key) => lookOf(key, 0, true)),
    ];
    const read = reads[step % reads.length];
    const node = this.#members[step % this.#members.length];
    if (read !== undefined && node?.isUp === true) this.#read(node, read, step % 2 === 0 ? "QUORUM" : "ALL");
  }

  #kept(): string | undefined {
    for (const node of this.#members) {
      const inspection = node.api.inspect();
      if (inspection === undefined) return `${node.member.nodeId} is not open`;
      const rows = this.#inspectRows(node);
      const { nodeId } = node.member;
      const hasLostDisk = this.#model.budget.hasLostDisk && node.member.number === this.#model.budget.victim;
      const kept =
        keptPastEnd(nodeId, rows, hasLostDisk) ?? keptTooLong(nodeId, rows, inspection, this.#members.length);
      if (kept !== undefined) return kept;
    }
    return undefined;
  }

  /** Why the cluster is not at rest; undefined when it is. */
  #unrest(): string | undefined {
    for (const { api, isUp, member } of this.#members) {
      if (!isUp) return `${member.nodeId} is down`;
      checkHintsAddUp(member.nodeId, api.hints());
      const pending = pendingHints(member.nodeId, api.hints());
      if (pending !== undefined) return pending;
      if ((api.inspect()?.fills.fallback_bytes?.size ?? 0) > 0)
        return `${member.nodeId} holds copies for others`;
      if (isQuiet(api)) continue;
      const { state, reason } = api.status();
      const behind = api.lag().peers.filter(({ dotsBehind, dotsMissing }) => dotsBehind + dotsMissing > 0);
      return `${member.nodeId} is ${state} ${reason}, lag ${JSON.stringify(behind)}`;
    }
    const versions = new Set(this.#members.map(({ api }) => api.layout.version));
    if (versions.size > 1) return `layouts ${[...versions].join(" and ")} are in use`;
    return difference(this.#members.map((node) => this.#digest(node)));
  }

  #digest(node: RunningNode): DigestReport {
    return this.#answer<DigestReport>(`a digest of ${node.member.nodeId}`, (done) =>
      node.api.digest((error, report) => {
        if (error !== undefined) throw error;
        if (report !== undefined) done(report);
      }),
    );
  }

  #inspectRows(node: RunningNode): readonly RowInspection[] {
    return this.#answer<readonly RowInspection[]>(`the rows of ${node.member.nodeId}`, (done) =>
      node.api.inspectRows((error, partitions) => {
        if (error !== undefined) throw error;
        done(partitions);
      }),
    );
  }

  /** What each node answers alone. One that holds no replica of the key forwards to one that does. */
  #scan(operation: Operation): Map<string, string> {
    return new Map(
      this.#members.map((node) => [node.member.nodeId, textOf(this.#read(node, operation, "LOCAL_ONE"))]),
    );
  }

  #readAll(key: KeyUnderTest): Read {
    const node = this.#anyMember;
    const startedAtMs = this.#nowMs();
    const outcome = this.#read(node, getOf(key.name, key.type), "ALL");
    const values = outcome.kind === "read" ? outcome.values : [];
    const texts = values.map(({ data }) => data.toString());
    const askedOf = node.member.number;
    const token = { live: [], context: new Context() };
    const timed = { session: undefined, startedAtMs, endedAtMs: this.#nowMs() };
    return { key, isStrict: false, askedOf, ...timed, values, texts, stamp: 0n, token };
  }

  #lookAll(key: CompoundUnderTest): Look {
    const startedAtMs = this.#nowMs();
    const shown = shownBy(this.#read(this.#anyMember, lookOf(key, 0, true), "ALL"), "") ?? new Map();
    const timed = { session: undefined, startedAtMs, endedAtMs: this.#nowMs() };
    return { key, row: undefined, isStrict: false, ...timed, shown };
  }

  get #anyMember(): RunningNode {
    const [node] = this.#members;
    if (node === undefined) throw new Error("a run has nodes");
    return node;
  }

  #read(node: RunningNode, operation: Operation, level: "ALL" | "QUORUM" | "LOCAL_ONE"): Outcome {
    const options = {
      consistency: { level },
      timeoutMs: 2_000,
      requestId: undefined,
      isRetry: false,
      isSloppy: false,
      session: undefined,
    };
    for (let attempt = 1; ; attempt++) {
      const outcome = this.#answer<Outcome>("a read at rest", (done) =>
        node.api.execute(operation, options, done),
      );
      if (outcome.kind !== "failed") return outcome;
      // A damaged row that nobody had read yet heals now.
      if (attempt === READ_ATTEMPTS_MAX)
        throw new Violation(
          "liveness",
          `a cluster at rest answers ${JSON.stringify(outcome)} to ${JSON.stringify(operation)}`,
        );
      this.#cluster.runFor(STEP_MS);
    }
  }

  #answer<T>(what: string, ask: (done: (answer: T) => void) => void): T {
    let answer: { readonly is: T } | undefined;
    ask((is) => {
      answer = { is };
    });
    const { time } = this.#cluster.world;
    if (!time.runUntil(() => answer !== undefined, ANSWER_WITHIN_MS) || answer === undefined)
      throw new Violation("liveness", `${what} does not come`);
    return answer.is;
  }

  #nowMs(): number {
    return this.#cluster.world.time.nowMs;
  }
}

function textOf(outcome: Outcome): string {
  if (outcome.kind === "read")
    return outcome.values
      .map(({ data }) => data.toString())
      .sort()
      .join(", ");
  return [...(shownBy(outcome, "") ?? [])].map(([row, value]) => `${row} ${value}`).join(", ");
}
