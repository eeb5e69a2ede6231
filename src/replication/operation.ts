import type { Hlc, VersionVector } from "../causality/index.js";
import type { RowKey, RowKeyRange } from "../codec/index.js";
import type { DataType, Reading, ShownValue, ValueEncoding } from "../crdt/index.js";
import type { Consistency } from "./consistency.js";

/** Where a key lives. */
export interface KeyAddress {
  readonly type: DataType;
  readonly bucket: string;
  readonly key: Buffer;
}

/** How long what is written lasts, in milliseconds; undefined: as its bucket says, which without a word is for ever. */
export type Ttl = number | "never" | undefined;

/** A value as clients hand it in and get it back. */
export interface StoredValue {
  readonly data: Buffer;
  readonly encoding: ValueEncoding;
}

/** What a client asks of a node: one key, one operation. */
export type Operation =
  | {
      readonly kind: "get";
      readonly address: KeyAddress;
      /** Of a set or a map: which of its rows, as its row key names it. Otherwise empty. */
      readonly element: readonly Buffer[];
    }
  /** A page of the rows of one partition, which is what a scan is made of. */
  | {
      readonly kind: "range";
      readonly partition: number;
      readonly range: RowKeyRange;
      /** At most so many rows; a page may have fewer, and the last one says so. */
      readonly limit: number;
      /** Values are left out. */
      readonly isKeysOnly: boolean;
    }
  /** A page of the members of a set, or of the leaves of a map, in order. */
  | {
      readonly kind: "list";
      readonly address: KeyAddress;
      /** Of a map: only what is at and below it. */
      readonly path: readonly Buffer[];
      /** Where the page before ended; undefined for the first. */
      readonly after: RowKey | undefined;
      /** At most so many rows; a page may have fewer, and the last one says so. */
      readonly limit: number;
    }
  | WriteOperation;

/** What changes one key. */
export type KeyWrite =
  | {
      readonly kind: "put";
      readonly address: KeyAddress;
      readonly value: StoredValue;
      /** From a read: what this put replaces. Empty: a register replaces what is there, a multi adds a sibling. */
      readonly context: Buffer;
      /**
       * Only if the key is absent, or if nothing is newer than what `context` was read from. Checked on what the replicas of
       * the level hold before the write: two writers at once may both find it so.
       */
      readonly condition: "absent" | "unchanged" | undefined;
      readonly ttlMs?: Ttl;
    }
  /** Of a set or a map: removes all that the coordinator sees, in bounded steps. Its context must be empty. */
  | { readonly kind: "delete"; readonly address: KeyAddress; readonly context: Buffer }
  /** Applied together: all of its changes are in one batch of the coordinator's. In order; a later one sees the earlier. */
  | { readonly kind: "update"; readonly address: KeyAddress; readonly changes: readonly Change[] };

/** One change of a value of a data type. */
export interface Change {
  /** Of a map: where. Otherwise empty. */
  readonly path: readonly Buffer[];
  readonly action: Action;
  /** Of what the action puts there. */
  readonly ttlMs?: Ttl;
}

export type Action =
  /** Of a counter: a whole number, negative to subtract. */
  | { readonly kind: "increment"; readonly amount: number }
  | { readonly kind: "set-flag"; readonly isEnabled: boolean }
  | { readonly kind: "add-members"; readonly members: readonly Buffer[] }
  | { readonly kind: "remove-members"; readonly members: readonly Buffer[] }
  /** Of a register in a map. */
  | { readonly kind: "assign"; readonly value: StoredValue }
  /** All that is there, of a map all at and below the path, of whatever type. */
  | { readonly kind: "clear" };

/** What may change something. */
export type WriteOperation =
  | KeyWrite
  /** At least one, of keys of one partition, each key once: all of them are applied together, and have one outcome. */
  | { readonly kind: "batch"; readonly writes: readonly KeyWrite[] };

export function isWrite(operation: Operation): operation is WriteOperation {
  const { kind } = operation;
  return kind === "put" || kind === "delete" || kind === "update" || kind === "batch";
}

/** How it is asked. */
export interface OperationOptions {
  /** Undefined: LOCAL_QUORUM. */
  readonly consistency: Consistency | undefined;
  /** Milliseconds from now until nobody wants the answer. Positive. */
  readonly timeoutMs: number;
  /** 16 bytes as 32 hexadecimal digits; undefined for reads and for writes that nobody will retry. */
  readonly requestId: string | undefined;
  /** An earlier attempt with this request id may have reached a node. */
  readonly isRetry: boolean;
  /**
   * Of a write: where too few replicas are alive, nodes that are none may hold a copy for those that are away, and such
   * copies count for the level. No read asks them: until a copy is home, reads need not see the write, whatever R and W.
   */
  readonly isSloppy: boolean;
  /**
   * What the caller's session has seen of the key's partition: it is served by a replica that has it, and learns what it
   * has seen with the answer. Undefined: outside of any session.
   */
  readonly session: VersionVector | undefined;
}

/** One row that shows something. */
export interface PageRow {
  /** Names the key, and of a set or a map the element. */
  readonly rowKey: RowKey;
  readonly reading: Reading;
  /** Opaque, of a register or a multi: for the put or delete that replaces what was read. Otherwise empty. */
  readonly context: Buffer;
}

/** What came of it. */
export type Outcome = Success | Failure;

/** `seen`: for a session, what it has seen now of the key's partition. */
type Success = { readonly seen?: VersionVector } & (
  | {
      readonly kind: "read";
      /** A register: at most one. A multi: every sibling, highest stamp first. Empty: not found. */
      readonly values: readonly ShownValue[];
      /** Opaque: what was read, for the put or delete that replaces it. */
      readonly context: Buffer;
    }
  /** A counter; `isFound` is false of one that nobody counted on since it was cleared. */
  | {
      readonly kind: "counter";
      readonly value: bigint;
      readonly isFound: boolean;
      readonly expiresAtMs: number;
    }
  /** A flag, or one member of a set. */
  | { readonly kind: "flag"; readonly isEnabled: boolean; readonly expiresAtMs: number }
  | {
      readonly kind: "page";
      readonly rows: readonly PageRow[];
      /** The stretch read ends with this row, for the page after it; undefined: with the range. */
      readonly upTo: RowKey | undefined;
    }
  | {
      readonly kind: "written";
      readonly hlc: Hlc;
      /** Opaque, of a put: includes it. */
      readonly context: Buffer;
      /** Replicas that have it on disk. */
      readonly acksReceived: number;
      /** Nodes that hold a copy of it on disk for a replica that is away. */
      readonly fallbackAcks: number;
    }
);

/** The names of `atoll.kv.v1.ErrorReason`, without its prefix; the proto says what state each leaves. */
export const FAILURE_REASONS = [
  "BAD_REQUEST",
  "QUORUM_UNAVAILABLE",
  "QUORUM_TIMEOUT",
  "MAYBE_APPLIED",
  "NOT_READY",
  "DRAINING",
  "OVERLOADED",
  "STORAGE_FAILED",
  "ROW_DAMAGED",
  "TOO_MANY_SIBLINGS",
  "CLOCK_DRIFT",
  "UNIMPLEMENTED",
  "DEADLINE_PASSED",
  "INTERNAL",
  "REMOVAL_REFUSED",
  "SESSION_LOST",
  "SESSION_BEHIND",
  "CONDITION_FAILED",
  "RESYNC",
  "NOT_ATOMIC",
  "WRONG_CLUSTER",
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];

export interface Failure {
  readonly kind: "failed";
  readonly reason: FailureReason;
  /** What happened, what state it left, what to do next. */
  readonly message: string;
  /** For machines: `required`, `alive`, `received`, `field`. */
  readonly metadata: Readonly<Record<string, string>>;
}
