// Original file: proto/atoll/kv/v1/kv.proto

import type { Address as _atoll_kv_v1_Address, Address__Output as _atoll_kv_v1_Address__Output } from '../../../atoll/kv/v1/Address.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

export interface BatchGetRequest {
  'addresses'?: (_atoll_kv_v1_Address)[];
  'options'?: (_atoll_kv_v1_RequestOptions | null);
}

export interface BatchGetRequest__Output {
  'addresses': (_atoll_kv_v1_Address__Output)[];
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
}
