// Original file: proto/atoll/kv/v1/kv.proto

import type { DataType as _atoll_kv_v1_DataType, DataType__Output as _atoll_kv_v1_DataType__Output } from '../../../atoll/kv/v1/DataType.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

/**
 * Each row that changes is shown as it is then; several writes to it may show as one change. Changes of one key come in
 * order: a later one shows all that an earlier one did. Each comes at least once.
 */
export interface WatchRequest {
  'type'?: (_atoll_kv_v1_DataType);
  'bucket'?: (string);
  /**
   * Keys that begin with this; empty: all of the bucket. A prefix with a whole {tag} is followed in one partition, anything
   * else in all of them.
   */
  'prefix'?: (Buffer | Uint8Array | string);
  /**
   * Instead of a prefix: this key alone.
   */
  'key'?: (Buffer | Uint8Array | string);
  /**
   * From a reply of an earlier watch of the same keys, whichever node gave it: goes on there. Empty: from now on. One that
   * is older than the log gets RESYNC; one that is older than a restart of the nodes may.
   */
  'resumeToken'?: (Buffer | Uint8Array | string);
  /**
   * Of these only the cluster and the session token. With a token, the first reply has one, too: what is read in that
   * session after it shows all that was written before the watch began. So whoever begins a watch, then scans, and then
   * follows the watch, misses nothing.
   */
  'options'?: (_atoll_kv_v1_RequestOptions | null);
}

/**
 * Each row that changes is shown as it is then; several writes to it may show as one change. Changes of one key come in
 * order: a later one shows all that an earlier one did. Each comes at least once.
 */
export interface WatchRequest__Output {
  'type': (_atoll_kv_v1_DataType__Output);
  'bucket': (string);
  /**
   * Keys that begin with this; empty: all of the bucket. A prefix with a whole {tag} is followed in one partition, anything
   * else in all of them.
   */
  'prefix': (Buffer);
  /**
   * Instead of a prefix: this key alone.
   */
  'key': (Buffer);
  /**
   * From a reply of an earlier watch of the same keys, whichever node gave it: goes on there. Empty: from now on. One that
   * is older than the log gets RESYNC; one that is older than a restart of the nodes may.
   */
  'resumeToken': (Buffer);
  /**
   * Of these only the cluster and the session token. With a token, the first reply has one, too: what is read in that
   * session after it shows all that was written before the watch began. So whoever begins a watch, then scans, and then
   * follows the watch, misses nothing.
   */
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
}
