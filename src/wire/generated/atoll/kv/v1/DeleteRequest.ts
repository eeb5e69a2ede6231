// Original file: proto/atoll/kv/v1/kv.proto

import type { Address as _atoll_kv_v1_Address, Address__Output as _atoll_kv_v1_Address__Output } from '../../../atoll/kv/v1/Address.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

export interface DeleteRequest {
  'address'?: (_atoll_kv_v1_Address | null);
  /**
   * From a read: delete what was read, and keep what was written since. Without it: all the coordinator sees.
   */
  'context'?: (Buffer | Uint8Array | string);
  'options'?: (_atoll_kv_v1_RequestOptions | null);
}

export interface DeleteRequest__Output {
  'address': (_atoll_kv_v1_Address__Output | null);
  /**
   * From a read: delete what was read, and keep what was written since. Without it: all the coordinator sees.
   */
  'context': (Buffer);
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
}
