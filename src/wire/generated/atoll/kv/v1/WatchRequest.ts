// Original file: proto/atoll/kv/v1/kv.proto

import type { DataType as _atoll_kv_v1_DataType, DataType__Output as _atoll_kv_v1_DataType__Output } from '../../../atoll/kv/v1/DataType.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

export interface WatchRequest {
  'type'?: (_atoll_kv_v1_DataType);
  'bucket'?: (string);
  'prefix'?: (Buffer | Uint8Array | string);
  'resumeToken'?: (Buffer | Uint8Array | string);
  'options'?: (_atoll_kv_v1_RequestOptions | null);
}

export interface WatchRequest__Output {
  'type': (_atoll_kv_v1_DataType__Output);
  'bucket': (string);
  'prefix': (Buffer);
  'resumeToken': (Buffer);
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
}
