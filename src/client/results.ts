import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import type { Replied } from "./dispatched-call.js";
import type { Key } from "./key.js";
import type { ValueWritten } from "./values.js";

/** What came of one key of a batch. A key that fails leaves the others as they are. */
export type BatchResult<Result> =
  | { readonly key: Key; readonly ok: true; readonly result: Result }
  | { readonly key: Key; readonly ok: false; readonly error: AtollError };

/** Who answered a call. */
export interface Served {
  /** Of the node that answered: another region than the client's own while that could not. */
  readonly region: string;
}

/** What a write did: an update, a clear or a delete. Removing what is not there succeeds. */
export interface WriteResult extends Served {
  /** The stamp of the write: 48 bits of milliseconds since 1970, 16 bits of counter. */
  readonly hlc: bigint;
  /** Replicas that had the write on disk when the call returned. */
  readonly acksReceived: number;
  /** Nodes that held a copy on disk for a replica that was away: see the option `sloppy`. */
  readonly fallbackAcks: number;
}

/** What a put did. */
export interface PutResult extends WriteResult {
  /** Opaque causal context that includes this write, for the write that replaces it. */
  readonly context: Uint8Array;
}

/** What one read shows, and until when. */
export interface WithExpiry<T> {
  readonly value: T;
  /** When all of it expires; undefined: never, or there is nothing. */
  readonly expiresAt: Date | undefined;
}

/** Pairs keys with what came of them; a reply that `read` cannot read becomes that key's error. */
export function pairResults<Reply, Result>(
  keys: readonly Key[],
  replies: readonly (Reply | AtollError)[],
  read: (key: Key, reply: Reply) => Result,
): BatchResult<Result>[] {
  return keys.map((key, index) => {
    try {
      const reply = replies[index];
      if (reply === undefined || reply instanceof AtollError) throw reply;
      return { key, ok: true, result: read(key, reply) };
    } catch (thrown) {
      return { key, ok: false, error: AtollError.from(thrown) };
    }
  });
}

export function putResult(written: ValueWritten): PutResult {
  const { acksReceived, context, fallbackAcks, hlc } = written;
  return { hlc, acksReceived, fallbackAcks, region: regionOf(written), context };
}

export function writeResult(reply: kv.UpdateResponse__Output | kv.DeleteResponse__Output): WriteResult {
  const { hlc, acksReceived, fallbackAcks } = reply;
  return { hlc: BigInt(hlc), acksReceived, fallbackAcks, region: regionOf(reply) };
}

/** Every reply has a header; only a server that breaks the protocol leaves it out. */
export function regionOf({ header }: Replied): string {
  return header?.region ?? "";
}
