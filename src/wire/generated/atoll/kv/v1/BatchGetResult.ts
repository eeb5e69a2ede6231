// Original file: proto/atoll/kv/v1/kv.proto

import type { GetResponse as _atoll_kv_v1_GetResponse, GetResponse__Output as _atoll_kv_v1_GetResponse__Output } from '../../../atoll/kv/v1/GetResponse.js';
import type { ItemError as _atoll_kv_v1_ItemError, ItemError__Output as _atoll_kv_v1_ItemError__Output } from '../../../atoll/kv/v1/ItemError.js';

export interface BatchGetResult {
  'value'?: (_atoll_kv_v1_GetResponse | null);
  'error'?: (_atoll_kv_v1_ItemError | null);
  'outcome'?: "value"|"error";
}

export interface BatchGetResult__Output {
  'value'?: (_atoll_kv_v1_GetResponse__Output | null);
  'error'?: (_atoll_kv_v1_ItemError__Output | null);
  'outcome'?: "value"|"error";
}
