// Original file: proto/atoll/kv/v1/kv.proto

import type { Address as _atoll_kv_v1_Address, Address__Output as _atoll_kv_v1_Address__Output } from '../../../atoll/kv/v1/Address.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

export interface GetRequest {
  'address'?: (_atoll_kv_v1_Address | null);
  'options'?: (_atoll_kv_v1_RequestOptions | null);
  /**
   * For sets and maps: the most elements to return, and where to go on.
   */
  'pageSize'?: (number);
  'pageToken'?: (Buffer | Uint8Array | string);
  /**
   * For sets and maps: read this one element only.
   */
  'element'?: (Buffer | Uint8Array | string);
}

export interface GetRequest__Output {
  'address': (_atoll_kv_v1_Address__Output | null);
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
  /**
   * For sets and maps: the most elements to return, and where to go on.
   */
  'pageSize': (number);
  'pageToken': (Buffer);
  /**
   * For sets and maps: read this one element only.
   */
  'element': (Buffer);
}
