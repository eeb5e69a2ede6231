import type { Hlc } from "../causality/index.js";
import type { DataType, ValueEncoding } from "../crdt/index.js";
import type { Consistency } from "./consistency.js";

/** Where a key lives. */
export interface KeyAddress {
  readonly type: DataType;
  readonly bucket: string;
  readonly key: Buffer;
}

/** A value as clients hand it in and get it back. */
export interface StoredValue {
  readonly data: Buffer;
  readonly encoding: ValueEncoding;
}

/** What a client asks of a node: one key, one operation. */
export type Operation =
  | { readonly kind: "get"; readonly address: KeyAddress }
  | {
      readonly kind: "put";
      readonly address: KeyAddress;
      readonly value: StoredValue;
      /** From a read: what this put replaces. Empty: a register replaces what is there, a multi adds a sibling. */
      readonly context: Buffer;
    }
  | { readonly kind: "delete"; readonly address: KeyAddress; readonly context: Buffer };

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
}

export interface ReadValue extends StoredValue {
  readonly hlc: Hlc;
}

/** What came of it. */
export type Outcome =
  | {
      readonly kind: "read";
      /** A register: at most one. A multi: every sibling, highest stamp first. Empty: not found. */
      readonly values: readonly ReadValue[];
      /** Opaque: what was read, for the put or delete that replaces it. */
      readonly context: Buffer;
    }
  | {
      readonly kind: "written";
      readonly hlc: Hlc;
      /** Opaque: includes this write. */
      readonly context: Buffer;
      /** Replicas that have it on disk. */
      readonly acksReceived: number;
      /** Nodes that hold a copy of it on disk for a replica that is away. */
      readonly fallbackAcks: number;
    }
  | Failure;

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
