// Original file: proto/atoll/kv/v1/kv.proto

import type { DataType as _atoll_kv_v1_DataType, DataType__Output as _atoll_kv_v1_DataType__Output } from '../../../atoll/kv/v1/DataType.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

export interface ScanRequest {
  'type'?: (_atoll_kv_v1_DataType);
  'bucket'?: (string);
  /**
   * Either a prefix, or a range [start, end).
   */
  'prefix'?: (Buffer | Uint8Array | string);
  'start'?: (Buffer | Uint8Array | string);
  'end'?: (Buffer | Uint8Array | string);
  'isReverse'?: (boolean);
  'isKeysOnly'?: (boolean);
  'pageSize'?: (number);
  'pageToken'?: (Buffer | Uint8Array | string);
  'options'?: (_atoll_kv_v1_RequestOptions | null);
}

export interface ScanRequest__Output {
  'type': (_atoll_kv_v1_DataType__Output);
  'bucket': (string);
  /**
   * Either a prefix, or a range [start, end).
   */
  'prefix': (Buffer);
  'start': (Buffer);
  'end': (Buffer);
  'isReverse': (boolean);
  'isKeysOnly': (boolean);
  'pageSize': (number);
  'pageToken': (Buffer);
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
}
