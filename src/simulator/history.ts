/** What clients did and were told: the model that the invariants hold the cluster to. */
import type { Hlc } from "../causality/index.js";
import type { ReadToken, ShownValue } from "../crdt/index.js";
import type { Outcome } from "../replication/index.js";
import type { Deed, Shown } from "./compounds.js";
import type { ShownLifetime } from "./lifetimes.js";
import type { ListedRow, ListedType } from "./listed-keys.js";
import type { Typed } from "./operations.js";
import type { Level, PlannedCompound, PlannedKey } from "./plan.js";

export interface KeyUnderTest extends PlannedKey {
  readonly name: string;
}

export interface CompoundUnderTest extends PlannedCompound {
  readonly name: string;
}

/** What a client was told of a write, after all its attempts. */
interface Told {
  readonly requestId: string;
  /** Which of the client's sessions it was one of; undefined: of none. */
  readonly session: string | undefined;
  readonly startedAtMs: number;
  /** When the client had its last answer; infinite while it has none. */
  endedAtMs: number;
  /**
   * `acknowledged`: it was told so. `refused`: every attempt was answered with "nothing was done", so it must not be
   * seen anywhere. `unknown`: anything else.
   */
  fate: "acknowledged" | "unknown" | "refused";
  /** Of an acknowledged one. */
  acksReceived: number;
  fallbackAcks: number;
}

/** One put or delete of a client, with all its attempts. */
export interface Write extends Told {
  readonly kind: "put" | "delete";
  readonly key: KeyUnderTest;
  /** Of a put: unique in the run. Of a delete: its name in the story. */
  readonly value: string;
  /** The values that the context handed in had read, which this write replaces; undefined without a context. */
  readonly observed: readonly string[] | undefined;
  /** And their stamps: a write that its coordinator forgot with its disk may be there twice, and only one be replaced. */
  readonly observedStamps?: ReadonlySet<Hlc>;
  /** Of an acknowledged one. */
  hlc: Hlc;
  /** The member that minted its dot, as far as the answer tells. */
  minter: number | undefined;
}

/** A value that the read shows and the write had replaced. */
export function replacedIn({ texts, values }: Read, { observed, observedStamps }: Write): string | undefined {
  const isTheOne = (text: string): boolean =>
    observedStamps === undefined ||
    values.some(({ data, hlc }) => data.toString() === text && observedStamps.has(hlc));
  return observed?.find((text) => texts.includes(text) && isTheOne(text));
}

/** One change of a compound, with all its attempts. */
export interface Update extends Told {
  readonly key: CompoundUnderTest;
  /** Its name in the story, and what it puts into a register. */
  readonly name: string;
  readonly deed: Deed;
  readonly element: number;
  /** What it counts: see `counting.ts`. */
  readonly amount: bigint;
}

/** A write of a key whose values expire. */
export interface Lasting extends Told {
  readonly key: number;
  /** Unique in the run: what is put into a register or a multi. */
  readonly text: string;
  /** What a counter counts. */
  readonly amount: number;
  /** 0: for ever. */
  readonly ttlMs: number;
  readonly isStrict: boolean;
}

/** A read of such a key. */
export interface Glance {
  readonly key: number;
  readonly isStrict: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly shown: ShownLifetime;
}

/** A write of a key that is listed. */
export interface ListedWrite extends Told {
  readonly key: number;
  readonly kind: "enter" | "leave";
  /** Unique in the run: what is put into a register. */
  readonly text: string;
  readonly level: Level;
}

/** A scan of such keys, as far as it came. */
export interface Listing {
  readonly type: ListedType;
  readonly isTagged: boolean;
  readonly isReverse: boolean;
  readonly level: Level;
  readonly startedAtMs: number;
  /** Of its last page; infinite before the first. */
  endedAtMs: number;
  /** It came to its end. */
  isComplete: boolean;
  readonly rows: ListedRow[];
}

/** An atomic batch, which nobody else writes. */
export interface BatchWrite extends Told {
  readonly batch: number;
}

/** How many registers of a batch one replica showed. */
interface Peek {
  readonly batch: number;
  readonly registers: number;
  readonly atMs: number;
}

/** A change that a watch has shown, or a row of the scan beside it. */
export interface Sight extends ListedRow {
  /** The highest stamp of what the row held; zero where nothing was left of it. */
  readonly stamp: Hlc;
  /** Rises where the watch says that it may show what is older: it began anew, or was set back. */
  readonly era: number;
  readonly atMs: number;
}

/** A watch of registers that are listed, wherever it went on. */
export interface Following {
  readonly isTagged: boolean;
  /** The scan beside it has told what was there when it began. */
  hasAll: boolean;
  /** It has a node now. */
  isServed: boolean;
  /** It is to stay at its node from now on. */
  isToStay: boolean;
  /** Changes, in order. */
  readonly sights: Sight[];
  /** By name, what a client that follows takes to be there. */
  readonly shown: Map<string, Sight>;
}

/** A read of a compound. */
export interface Look {
  readonly key: CompoundUnderTest;
  /** The row that was asked for; undefined: all. */
  readonly row: string | undefined;
  readonly isStrict: boolean;
  readonly session: string | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly shown: ReadonlyMap<string, Shown>;
}

export interface Read {
  readonly key: KeyUnderTest;
  readonly isStrict: boolean;
  readonly session: string | undefined;
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
  readonly compounds: readonly CompoundUnderTest[];
  readonly writes: Write[] = [];
  readonly reads: Read[] = [];
  readonly updates: Update[] = [];
  readonly looks: Look[] = [];
  readonly lastings: Lasting[] = [];
  readonly glances: Glance[] = [];
  readonly listedWrites: ListedWrite[] = [];
  readonly listings: Listing[] = [];
  readonly followings: Following[] = [];
  readonly batches: BatchWrite[] = [];
  readonly peeks: Peek[] = [];
  readonly #reasons = new Map<string, number>();

  constructor(keys: readonly PlannedKey[], compounds: readonly PlannedCompound[] = []) {
    this.keys = keys.map((key, i) => ({ ...key, name: keyName(key, i) }));
    this.compounds = compounds.map((key, i) => ({ ...key, name: keyName(key, i) }));
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

  updatesOf(key: CompoundUnderTest): Update[] {
    return this.updates.filter((update) => update.key === key);
  }

  looksAt(key: CompoundUnderTest): Look[] {
    return this.looks.filter((look) => look.key === key);
  }

  strictReadsOf(key: KeyUnderTest): Read[] {
    return this.reads.filter((read) => read.key === key && read.isStrict);
  }
}

export function keyName({ type, isStrict }: PlannedKey | PlannedCompound, index: number): string {
  return `${isStrict ? "strict" : "loose"}-${type}-${index}`;
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
  "SESSION_BEHIND",
  "SESSION_LOST",
]);
