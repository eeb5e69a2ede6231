// Original file: proto/atoll/kv/v1/kv.proto

import type { DataType as _atoll_kv_v1_DataType, DataType__Output as _atoll_kv_v1_DataType__Output } from '../../../atoll/kv/v1/DataType.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

export interface ScanRequest {
  /**
   * Of SET and MAP only keys can be listed, each once: is_keys_only must be true.
   */
  'type'?: (_atoll_kv_v1_DataType);
  'bucket'?: (string);
  /**
   * Keys that begin with this, and of them those in [start, end); empty: no bound. A prefix with a whole {tag} is read
   * from one partition, anything else from all of them.
   */
  'prefix'?: (Buffer | Uint8Array | string);
  'start'?: (Buffer | Uint8Array | string);
  'end'?: (Buffer | Uint8Array | string);
  'isReverse'?: (boolean);
  /**
   * Values and contexts are left out.
   */
  'isKeysOnly'?: (boolean);
  /**
   * The most rows of one reply; 0: the server's choice. A reply of large values has fewer.
   */
  'pageSize'?: (number);
  /**
   * Goes on behind this key, in the direction of the scan: the next_page_token of a reply, or the key of any of its rows.
   */
  'pageToken'?: (Buffer | Uint8Array | string);
  /**
   * Consistency and time are those of each page's read.
   */
  'options'?: (_atoll_kv_v1_RequestOptions | null);
  /**
   * The most rows in all; 0: to the end.
   */
  'limit'?: (number);
}

export interface ScanRequest__Output {
  /**
   * Of SET and MAP only keys can be listed, each once: is_keys_only must be true.
   */
  'type': (_atoll_kv_v1_DataType__Output);
  'bucket': (string);
  /**
   * Keys that begin with this, and of them those in [start, end); empty: no bound. A prefix with a whole {tag} is read
   * from one partition, anything else from all of them.
   */
  'prefix': (Buffer);
  'start': (Buffer);
  'end': (Buffer);
  'isReverse': (boolean);
  /**
   * Values and contexts are left out.
   */
  'isKeysOnly': (boolean);
  /**
   * The most rows of one reply; 0: the server's choice. A reply of large values has fewer.
   */
  'pageSize': (number);
  /**
   * Goes on behind this key, in the direction of the scan: the next_page_token of a reply, or the key of any of its rows.
   */
  'pageToken': (Buffer);
  /**
   * Consistency and time are those of each page's read.
   */
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
  /**
   * The most rows in all; 0: to the end.
   */
  'limit': (number);
}
