/**
 * One random run: clients write and read while nodes crash, pause and lose each other; then the faults stop, the cluster
 * must converge, and the history must hold what was promised.
 */
import { decodeToken, encodeRowKey } from "../../src/codec/index.js";
import { DataType } from "../../src/crdt/index.js";
import type { Consistency, Outcome } from "../../src/replication/index.js";
import { SeededRandom } from "../../src/runtime/simulated/index.js";
import { addressOf, putOf, type Typed } from "./operations.js";
import { type RunningNode, SimulatedCluster } from "./simulated-cluster.js";

export interface ChaosOptions {
  readonly nodesPerRegion: number;
  readonly operations: number;
  /** Nodes may lose their disks, one at a time. */
  readonly wipes: boolean;
}

interface Write {
  readonly key: string;
  readonly type: Typed;
  readonly kind: "put" | "delete";
  readonly value: string;
  readonly startedAtMs: number;
  readonly isStrict: boolean;
  /** Values that the context it was given had read; undefined without a context. */
  readonly observed: readonly string[] | undefined;
  outcome: Outcome | undefined;
  endedAtMs: number;
}

interface Read {
  readonly key: string;
  readonly type: Typed;
  readonly startedAtMs: number;
  readonly isStrict: boolean;
  outcome: Outcome | undefined;
  endedAtMs: number;
}

const KEYS: readonly (readonly [string, Typed])[] = [
  ["puts-1", "register"],
  ["puts-2", "register"],
  ["both-1", "register"],
  ["siblings-1", "multi"],
  ["siblings-2", "multi"],
];
const STRICT: Consistency = { level: "QUORUM" };
const LOOSE: readonly Consistency[] = [
  { level: "ONE" },
  { level: "LOCAL_ONE" },
  { level: "LOCAL_QUORUM" },
  { level: "QUORUM" },
  { level: "EACH_QUORUM" },
];

/** Throws with the seed and what was broken. */
export function runChaos(seed: number, options: ChaosOptions): ChaosRun {
  const run = new ChaosRun(seed, options);
  try {
    run.go();
    return run;
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`seed ${seed}: ${message}\n${run.story.slice(-60).join("\n")}`);
  }
}

export class ChaosRun {
  readonly story: string[] = [];
  readonly writes: Write[] = [];
  readonly reads: Read[] = [];
  faults = 0;
  readonly cluster: SimulatedCluster;
  readonly #options: ChaosOptions;
  readonly #random: SeededRandom;
  readonly #contexts = new Map<string, { context: Buffer; values: string[] }>();
  #hasWiped = false;

  constructor(seed: number, options: ChaosOptions) {
    this.#options = options;
    this.#random = new SeededRandom(seed).split("chaos");
    const skew = (): number => (this.#chance(0.4) ? Math.floor(this.#random.fraction() * 400) - 200 : 0);
    this.cluster = new SimulatedCluster({
      seed,
      nodesPerRegion: options.nodesPerRegion,
      partitions: 2,
      clockOffsetsMs: Object.fromEntries(
        ["ap", "eu", "us"].flatMap((region) => [1, 2, 3].map((n) => [`${region}-${n}`, skew()])),
      ),
    });
  }

  go(): void {
    for (const node of this.cluster.nodes) this.cluster.start(node);
    this.cluster.waitUntil("all nodes are ready", () => this.#allReady());
    for (let i = 0; i < this.#options.operations; i++) {
      this.#operate(i);
      if (this.#chance(0.12)) this.#fault();
      this.cluster.runFor(
        this.#chance(0.1) ? this.#random.fraction() * 6_000 : this.#random.fraction() * 150,
      );
      this.#restartEnded();
    }
    this.#calm();
    this.cluster.converge(300_000);
    this.#check();
  }

  #allReady(): boolean {
    return this.cluster.nodes.every((node) => node.api.status().state === "READY");
  }

  #operate(i: number): void {
    const node = this.#pick(this.cluster.nodes.filter(({ isUp }) => isUp));
    const target = this.#pick(KEYS);
    if (node === undefined || target === undefined) return;
    const [key, type] = target;
    const isStrict = key.endsWith("1");
    const consistency = isStrict ? STRICT : this.#pick(LOOSE);
    const options = { consistency, timeoutMs: 2_000 };
    const startedAtMs = this.cluster.world.time.nowMs;
    if (this.#chance(0.35)) {
      const read: Read = { key, type, startedAtMs, isStrict, outcome: undefined, endedAtMs: 0 };
      this.reads.push(read);
      return this.cluster.submit(node, { kind: "get", address: addressOf(key, type) }, options, (outcome) => {
        this.#readEnded(read, outcome);
      });
    }
    const known = type === "multi" && this.#chance(0.7) ? this.#contexts.get(key) : undefined;
    const isDelete = key.startsWith("both") || type === "multi" ? this.#chance(0.25) : false;
    // A delete without a context removes what its coordinator sees, which the checker cannot know.
    const kind = isDelete && (type === "register" || known !== undefined) ? "delete" : "put";
    const write: Write = {
      key,
      type,
      kind,
      value: `${kind === "put" ? "v" : "d"}${i}`,
      startedAtMs,
      isStrict,
      observed: known?.values,
      outcome: undefined,
      endedAtMs: 0,
    };
    this.writes.push(write);
    this.#tell(
      `${node.member.nodeId} ${kind} ${key}=${write.value} observed ${known?.values.join(",") ?? "-"}`,
    );
    const context = known?.context ?? Buffer.alloc(0);
    const operation =
      kind === "put"
        ? putOf(key, write.value, type, context)
        : ({ kind, address: addressOf(key, type), context } as const);
    this.cluster.submit(node, operation, options, (outcome) => {
      write.outcome = outcome;
      write.endedAtMs = this.cluster.world.time.nowMs;
      this.#tell(`  ${write.value} ${outcome.kind === "failed" ? outcome.reason : `ok ${stampOf(outcome)}`}`);
    });
  }

  #readEnded(read: Read, outcome: Outcome): void {
    read.outcome = outcome;
    read.endedAtMs = this.cluster.world.time.nowMs;
    if (outcome.kind !== "read") return;
    const values = outcome.values.map(({ data }) => data.toString());
    this.#tell(`  read ${read.key} = ${values.join(",")}`);
    if (read.type === "multi") this.#contexts.set(read.key, { context: outcome.context, values });
  }

  #fault(): void {
    this.faults++;
    const [a, b] = [this.#anyNode(), this.#anyNode()];
    const dice = this.#random.fraction();
    const number = (node: RunningNode): number => node.member.number;
    const [x, y] = [this.#region(), this.#region()];
    if (dice < 0.2) this.#tellAnd(`cut ${x} ${y}`, () => x !== y && this.cluster.cutRegions(x, y));
    else if (dice < 0.3)
      this.#tellAnd(`cut ${x} to ${y}`, () => x !== y && this.cluster.cutRegions(x, y, "a-to-b"));
    else if (dice < 0.45) this.#tellAnd("heal", () => this.cluster.healAll());
    else if (dice < 0.55)
      this.#tellAnd(`drop link ${a.member.nodeId} ${b.member.nodeId}`, () =>
        a === b ? undefined : this.cluster.world.network.dropLink(number(a), number(b)),
      );
    else if (dice < 0.7)
      this.#tellAnd(`crash ${a.member.nodeId}`, () => this.cluster.kill(a, this.#chance(0.5)));
    else if (dice < 0.9) this.#restartAll();
    else if (dice < 0.95) this.#pauseFor(a, 500 + this.#random.fraction() * 8_000);
    else if (this.#options.wipes && !this.#hasWiped) this.#wipe(a);
  }

  #wipe(node: RunningNode): void {
    this.#hasWiped = true;
    this.#tell(`wipe ${node.member.nodeId}`);
    this.cluster.kill(node, true);
    node.host.disk.wipe();
    this.cluster.start(node);
  }

  #pauseFor(node: RunningNode, ms: number): void {
    if (!node.isUp) return;
    this.#tell(`pause ${node.member.nodeId} for ${ms.toFixed(0)}`);
    node.host.pause();
    this.cluster.world.time.schedule(ms, () => node.host.resume());
  }

  #restartAll(): void {
    for (const node of this.cluster.nodes)
      if (!node.isUp) this.#tellAnd(`start ${node.member.nodeId}`, () => this.cluster.start(node));
  }

  /** As a node's owner does. */
  #restartEnded(): void {
    for (const node of this.cluster.nodes)
      if (node.isUp && node.ends.length > 0) {
        this.#tell(`ended ${node.member.nodeId} ${node.ends[0]?.message}`);
        node.ends.length = 0;
        this.cluster.kill(node);
        this.cluster.start(node);
      }
  }

  #calm(): void {
    this.#tell("calm");
    this.cluster.healAll();
    for (const node of this.cluster.nodes) node.host.resume();
    this.#restartAll();
    const end = this.cluster.world.time.nowMs + 20_000;
    while (this.cluster.world.time.nowMs < end) {
      this.cluster.runFor(1_000);
      this.#restartEnded();
    }
  }

  #check(): void {
    for (const [key, type] of KEYS) {
      const final = this.cluster.get("eu-1", key, { type, consistency: { level: "ALL" } });
      if (final.kind !== "read") throw new Error(`the last read of ${key} failed: ${JSON.stringify(final)}`);
      const writes = this.writes.filter((write) => write.key === key);
      const mustHold = (write: Write): boolean => this.#mustHold(write);
      if (type === "register") checkRegister(key, writes, final, mustHold);
      else checkSiblings(key, writes, final, mustHold);
    }
    for (const key of ["puts-1"]) this.#checkStrictReads(key);
  }

  /** What only one replica acknowledged dies with that replica's disk. */
  #mustHold(write: Write): boolean {
    return !this.#hasWiped || write.outcome?.kind !== "written" || write.outcome.acksReceived > 1;
  }

  /** Strict R + W > N: a read sees the latest acknowledged write, and reads never go back. */
  #checkStrictReads(key: string): void {
    const reads = this.reads.filter((read) => read.key === key && read.outcome?.kind === "read");
    for (const read of reads) {
      const seen = read.outcome === undefined ? 0n : stampOf(read.outcome);
      for (const write of this.writes)
        if (write.key === key && write.outcome?.kind === "written" && write.endedAtMs < read.startedAtMs)
          if (write.outcome.hlc > seen)
            throw new Error(`a read of ${key} at ${read.startedAtMs} missed acknowledged ${write.value}`);
      for (const earlier of reads)
        if (earlier.endedAtMs < read.startedAtMs && earlier.outcome !== undefined)
          if (stampOf(earlier.outcome) > seen)
            throw new Error(`reads of ${key} went back in time at ${read.startedAtMs}`);
    }
  }

  #region(): string {
    return this.#pick(["ap", "eu", "us"]) ?? "eu";
  }

  #anyNode(): RunningNode {
    const node = this.#pick(this.cluster.nodes);
    if (node === undefined) throw new Error("no nodes");
    return node;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random.fraction() * from.length)];
  }

  #chance(probability: number): boolean {
    return this.#random.fraction() < probability;
  }

  #tellAnd(what: string, act: () => void): void {
    this.#tell(what);
    act();
  }

  #tell(what: string): void {
    this.story.push(`${this.cluster.world.time.nowMs.toFixed(1)} ${what}`);
  }
}

function stampOf(outcome: Outcome): bigint {
  if (outcome.kind === "written") return outcome.hlc;
  return outcome.kind === "read" ? (outcome.values[0]?.hlc ?? 0n) : 0n;
}

/** Every acknowledged write is there, or was beaten by a higher stamp. */
function checkRegister(
  key: string,
  writes: readonly Write[],
  final: Outcome & { kind: "read" },
  mustHold: (write: Write) => boolean,
): void {
  const value = final.values[0]?.data.toString();
  const stamp = stampOf(final);
  for (const write of writes) {
    if (write.outcome?.kind !== "written" || !mustHold(write)) continue;
    if (value === undefined) {
      const mayBeDeleted = writes.some(
        (other) =>
          other.kind === "delete" &&
          (other.outcome?.kind !== "written" || other.outcome.hlc >= stampOf(write.outcome ?? final)),
      );
      if (write.kind === "put" && !mayBeDeleted)
        throw new Error(`${key}: acknowledged ${write.value} is lost`);
    } else if (write.outcome.hlc > stamp)
      throw new Error(
        `${key}: acknowledged ${write.value} (${write.outcome.hlc}) lost against ${value} (${stamp})`,
      );
  }
}

/** An acknowledged put is there unless a later write had read it; what an acknowledged write had read is gone. */
function checkSiblings(
  key: string,
  writes: readonly Write[],
  final: Outcome & { kind: "read" },
  mustHold: (write: Write) => boolean,
): void {
  const values = new Set(final.values.map(({ data }) => data.toString()));
  for (const write of writes) {
    if (write.outcome?.kind !== "written" || !mustHold(write)) continue;
    const isReplaced = writes.some((other) => other !== write && other.observed?.includes(write.value));
    if (write.kind === "put" && !values.has(write.value) && !isReplaced)
      throw new Error(`${key}: acknowledged sibling ${write.value} is lost`);
    for (const gone of write.observed ?? [])
      if (values.has(gone)) throw new Error(`${key}: ${gone} lives, though ${write.value} replaced it`);
    if (write.kind === "put" && write.outcome.context.length > 0) checkToken(key, write.outcome.context);
  }
}

/** A write's context names its own dot. */
function checkToken(key: string, context: Buffer): void {
  const token = decodeToken(encodeRowKey(DataType.multi, "b", Buffer.from(key)), context);
  if (token.live.length !== 1) throw new Error(`${key}: a write's context names ${token.live.length} dots`);
}
