import type { AtollError } from "./atoll-error.js";
import type { Key } from "./key.js";

/** What came of one key of a batch. A key that fails leaves the others as they are. */
export type BatchResult<Result> =
  | { readonly key: Key; readonly ok: true; readonly result: Result }
  | { readonly key: Key; readonly ok: false; readonly error: AtollError };

/** Who answered a call. */
export interface Served {
  /** Of the node that answered: another region than the client's own while that could not. */
  readonly region: string;
}

/** What a put did. */
export interface PutResult extends Served {
  /** The stamp of the write: 48 bits of milliseconds since 1970, 16 bits of counter. */
  readonly hlc: bigint;
  /** Opaque causal context that includes this write, for the write that replaces it. */
  readonly context: Uint8Array;
  /** Replicas that had the write on disk when the call returned. */
  readonly acksReceived: number;
  /** Nodes that held a copy on disk for a replica that was away: see the option `sloppy`. */
  readonly fallbackAcks: number;
}

/** What a delete did. Deleting what is not there succeeds. */
export interface DeleteResult extends Served {
  /** The stamp of the delete. */
  readonly hlc: bigint;
  /** Replicas that had the delete on disk when the call returned. */
  readonly acksReceived: number;
  /** Nodes that held a copy on disk for a replica that was away: see the option `sloppy`. */
  readonly fallbackAcks: number;
}
