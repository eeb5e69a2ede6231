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
   * Opaque, from an earlier reply of the session.
   */
  'sessionToken'?: (Buffer | Uint8Array | string);
  /**
   * Milliseconds this operation may take; 0: what the gRPC deadline or the server's default says.
   */
  'timeoutMs'?: (number);
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
   * Opaque, from an earlier reply of the session.
   */
  'sessionToken': (Buffer);
  /**
   * Milliseconds this operation may take; 0: what the gRPC deadline or the server's default says.
   */
  'timeoutMs': (number);
}
