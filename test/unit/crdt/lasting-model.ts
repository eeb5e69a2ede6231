/**
 * What a row must show where writes have an end, said without rows: keep every operation that a replica knows, and compute.
 * A reclaim is an operation like a removal; that it changes nothing which anybody sees is for the test to find out.
 */
import type { Hlc } from "../../../src/causality/index.js";
import { DataType } from "../../../src/crdt/index.js";

/** A row of each kind: by which type it is joined, and by which it is read. */
export const SUBJECTS = {
  register: { joined: DataType.register, read: DataType.register },
  multi: { joined: DataType.multi, read: DataType.multi },
  counter: { joined: DataType.counter, read: DataType.counter },
  flag: { joined: DataType.flag, read: DataType.flag },
  "member of a set": { joined: DataType.set, read: DataType.flag },
  "register in a map": { joined: DataType.map, read: DataType.register },
} as const;
export type Subject = keyof typeof SUBJECTS;

export interface LastingOp {
  readonly name: string;
  readonly kind: "put" | "delete" | "reclaim";
  /** Of a reclaim: of what it took the place of. */
  readonly hlc: Hlc;
  /** Breaks ties: its dot, of a reclaim that of what it took the place of. */
  readonly rank: readonly [actor: number, counter: number];
  /** 0: never. Of a counter: the latest of its part. */
  readonly endMs: number;
  readonly text: string;
  /** Of an increment: all that its part of the counter has in it, by what was asked for. */
  readonly counted: readonly Increment[];
  readonly replaced: ReadonlySet<string>;
}

export interface Increment {
  readonly amount: bigint;
  readonly endMs: number;
}

export function hasEnded(endMs: number, nowMs: number): boolean {
  return endMs > 0 && endMs <= nowMs;
}

/** As text: the values, the sum, or `there`; empty for nothing. */
export function mustShowOf(subject: Subject, known: Iterable<LastingOp>, nowMs: number): string {
  const ops = [...known];
  const isThere = ({ endMs, kind }: LastingOp): boolean => kind === "put" && !hasEnded(endMs, nowMs);
  if (subject === "register") {
    const winner = highest(ops);
    return winner !== undefined && isThere(winner) ? winner.text : "";
  }
  const survivors = survivorsOf(ops);
  switch (subject) {
    case "multi":
      return survivors
        .filter(isThere)
        .map(({ text }) => text)
        .sort()
        .join();
    case "counter":
      return survivors.some(isThere) ? `${sumOf(survivors)}` : "";
    case "register in a map": {
      const winner = highest(survivors);
      return winner !== undefined && isThere(winner) ? winner.text : "";
    }
    default:
      return survivors.some(isThere) ? "there" : "";
  }
}

/** What was put and nobody known has taken away. */
export function survivorsOf(ops: readonly LastingOp[]): LastingOp[] {
  return ops.filter(({ kind, name }) => kind === "put" && !ops.some(({ replaced }) => replaced.has(name)));
}

/** A node's later part has its earlier one in it. */
function sumOf(parts: readonly LastingOp[]): bigint {
  const latest = parts.filter(
    ({ rank: [actor, counter] }) => !parts.some(({ rank }) => rank[0] === actor && rank[1] > counter),
  );
  return latest.flatMap(({ counted }) => counted).reduce((sum, { amount }) => sum + amount, 0n);
}

/** Of a value and what took its place when it was over, the latter. */
function highest(ops: readonly LastingOp[]): LastingOp | undefined {
  return ops.reduce<LastingOp | undefined>(
    (best, op) => (best === undefined || isHigher(op, best) ? op : best),
    undefined,
  );
}

export function isHigher(a: LastingOp, b: LastingOp): boolean {
  if (a.hlc !== b.hlc) return a.hlc > b.hlc;
  const byRank = a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1];
  return byRank === 0 ? a.kind === "reclaim" : byRank > 0;
}
