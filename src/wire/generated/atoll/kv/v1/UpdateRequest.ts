// Original file: proto/atoll/kv/v1/kv.proto

import type { Address as _atoll_kv_v1_Address, Address__Output as _atoll_kv_v1_Address__Output } from '../../../atoll/kv/v1/Address.js';
import type { Operation as _atoll_kv_v1_Operation, Operation__Output as _atoll_kv_v1_Operation__Output } from '../../../atoll/kv/v1/Operation.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

export interface UpdateRequest {
  'address'?: (_atoll_kv_v1_Address | null);
  /**
   * At least one; in order, each sees those before it. All of them together are written or none, except that a clear of
   * very many elements goes in steps.
   */
  'operations'?: (_atoll_kv_v1_Operation)[];
  'options'?: (_atoll_kv_v1_RequestOptions | null);
}

export interface UpdateRequest__Output {
  'address': (_atoll_kv_v1_Address__Output | null);
  /**
   * At least one; in order, each sees those before it. All of them together are written or none, except that a clear of
   * very many elements goes in steps.
   */
  'operations': (_atoll_kv_v1_Operation__Output)[];
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
}
