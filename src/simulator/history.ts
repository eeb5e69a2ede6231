/** What clients did and were told: the model that the invariants hold the cluster to. */
import type { Hlc } from "../causality/index.js";
import type { ReadToken, ShownValue } from "../crdt/index.js";
import type { Outcome } from "../replication/index.js";
import type { Typed } from "./operations.js";
import type { PlannedKey } from "./plan.js";

export interface KeyUnderTest extends PlannedKey {
  readonly name: string;
}

/** One put or delete of a client, with all its attempts. */
export interface Write {
  readonly kind: "put" | "delete";
  readonly key: KeyUnderTest;
  /** Of a put: unique in the run. Of a delete: its name in the story. */
  readonly value: string;
  readonly requestId: string;
  /** The values that the context handed in had read, which this write replaces; undefined without a context. */
  readonly observed: readonly string[] | undefined;
  readonly startedAtMs: number;
  /** When the client had its last answer; infinite while it has none. */
  endedAtMs: number;
  /**
   * `acknowledged`: it was told so. `refused`: every attempt was answered with "nothing was done", so it must not be
   * seen anywhere. `unknown`: anything else.
   */
  fate: "acknowledged" | "unknown" | "refused";
  /** Of an acknowledged one. */
  hlc: Hlc;
  acksReceived: number;
  fallbackAcks: number;
  /** The member that minted its dot, as far as the answer tells. */
  minter: number | undefined;
}

export interface Read {
  readonly key: KeyUnderTest;
  readonly isStrict: boolean;
  /** The member that was asked. */
  readonly askedOf: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly values: readonly ShownValue[];
  readonly texts: readonly string[];
  /** The highest stamp of what lives in the row, tombstones included; zero for a row with nothing in it. */
  readonly stamp: Hlc;
  /** What lives in the row, and what the answer knows of it: what is known and does not live is gone. */
  readonly token: Pick<ReadToken, "live" | "context">;
}

export class History {
  readonly keys: readonly KeyUnderTest[];
  readonly writes: Write[] = [];
  readonly reads: Read[] = [];
  readonly #reasons = new Map<string, number>();

  constructor(keys: readonly PlannedKey[]) {
    this.keys = keys.map((key, i) => ({
      ...key,
      name: `${key.isStrict ? "strict" : "loose"}-${key.type}-${i}`,
    }));
  }

  /** Outcomes of attempts, by name. */
  get outcomes(): ReadonlyMap<string, number> {
    return this.#reasons;
  }

  count(outcome: Outcome): void {
    const name = outcome.kind === "failed" ? outcome.reason : outcome.kind;
    this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + 1);
  }

  writesOf(key: KeyUnderTest): Write[] {
    return this.writes.filter((write) => write.key === key);
  }

  strictReadsOf(key: KeyUnderTest): Read[] {
    return this.reads.filter((read) => read.key === key && read.isStrict);
  }
}

/** The keys of one type. */
export function keysOfType(history: History, type: Typed): KeyUnderTest[] {
  return history.keys.filter((key) => key.type === type);
}

/** What an attempt may have left behind, by its answer. */
export function mayHaveApplied(outcome: Outcome): boolean {
  if (outcome.kind !== "failed") return true;
  return !NOTHING_WAS_DONE.has(outcome.reason);
}

const NOTHING_WAS_DONE: ReadonlySet<string> = new Set([
  "BAD_REQUEST",
  "QUORUM_UNAVAILABLE",
  "NOT_READY",
  "DRAINING",
  "OVERLOADED",
  "ROW_DAMAGED",
  "TOO_MANY_SIBLINGS",
  "CLOCK_DRIFT",
  "UNIMPLEMENTED",
  "DEADLINE_PASSED",
]);
