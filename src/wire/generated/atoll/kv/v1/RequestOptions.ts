// Original file: proto/atoll/kv/v1/kv.proto

import type { Consistency as _atoll_kv_v1_Consistency, Consistency__Output as _atoll_kv_v1_Consistency__Output } from '../../../atoll/kv/v1/Consistency.js';

export interface RequestOptions {
  'consistency'?: (_atoll_kv_v1_Consistency | null);
  /**
   * 16 random bytes that name a write: a retry with the same id is applied at most once.
   */
  'requestId'?: (Buffer | Uint8Array | string);
  /**
   * True when an earlier attempt with this request id may have reached a node.
   */
  'isRetry'?: (boolean);
  /**
   * Of a session: opaque, from its last reply; of a new one the byte 01 and two zero bytes. The request is served by a
   * replica that has all that the session has seen: its own writes, what it read, and what those came after.
   */
  'sessionToken'?: (Buffer | Uint8Array | string);
  /**
   * Milliseconds this operation may take; 0: what the gRPC deadline or the server's default says.
   */
  'timeoutMs'?: (number);
  /**
   * Of a write, when too few replicas are alive for its level: nodes of a missing replica's region that hold no replica
   * of the key may hold a copy for it, on disk, and count in its place; they hand it home and forget it. Such copies are
   * counted in `fallback_acks` only, and no read asks for them: R + W > N promises nothing for the write until its copies
   * are home.
   */
  'isSloppy'?: (boolean);
  /**
   * From the layout that the client routes by. When given, a node of another cluster refuses the request: an address may
   * have passed to one since. Empty: any cluster.
   */
  'clusterId'?: (string);
}

export interface RequestOptions__Output {
  'consistency': (_atoll_kv_v1_Consistency__Output | null);
  /**
   * 16 random bytes that name a write: a retry with the same id is applied at most once.
   */
  'requestId': (Buffer);
  /**
   * True when an earlier attempt with this request id may have reached a node.
   */
  'isRetry': (boolean);
  /**
   * Of a session: opaque, from its last reply; of a new one the byte 01 and two zero bytes. The request is served by a
   * replica that has all that the session has seen: its own writes, what it read, and what those came after.
   */
  'sessionToken': (Buffer);
  /**
   * Milliseconds this operation may take; 0: what the gRPC deadline or the server's default says.
   */
  'timeoutMs': (number);
  /**
   * Of a write, when too few replicas are alive for its level: nodes of a missing replica's region that hold no replica
   * of the key may hold a copy for it, on disk, and count in its place; they hand it home and forget it. Such copies are
   * counted in `fallback_acks` only, and no read asks for them: R + W > N promises nothing for the write until its copies
   * are home.
   */
  'isSloppy': (boolean);
  /**
   * From the layout that the client routes by. When given, a node of another cluster refuses the request: an address may
   * have passed to one since. Empty: any cluster.
   */
  'clusterId': (string);
}
