// Original file: proto/atoll/kv/v1/kv.proto

import type { PutResponse as _atoll_kv_v1_PutResponse, PutResponse__Output as _atoll_kv_v1_PutResponse__Output } from '../../../atoll/kv/v1/PutResponse.js';
import type { DeleteResponse as _atoll_kv_v1_DeleteResponse, DeleteResponse__Output as _atoll_kv_v1_DeleteResponse__Output } from '../../../atoll/kv/v1/DeleteResponse.js';
import type { UpdateResponse as _atoll_kv_v1_UpdateResponse, UpdateResponse__Output as _atoll_kv_v1_UpdateResponse__Output } from '../../../atoll/kv/v1/UpdateResponse.js';
import type { ItemError as _atoll_kv_v1_ItemError, ItemError__Output as _atoll_kv_v1_ItemError__Output } from '../../../atoll/kv/v1/ItemError.js';

export interface BatchWriteResult {
  'put'?: (_atoll_kv_v1_PutResponse | null);
  'delete'?: (_atoll_kv_v1_DeleteResponse | null);
  'update'?: (_atoll_kv_v1_UpdateResponse | null);
  'error'?: (_atoll_kv_v1_ItemError | null);
  'outcome'?: "put"|"delete"|"update"|"error";
}

export interface BatchWriteResult__Output {
  'put'?: (_atoll_kv_v1_PutResponse__Output | null);
  'delete'?: (_atoll_kv_v1_DeleteResponse__Output | null);
  'update'?: (_atoll_kv_v1_UpdateResponse__Output | null);
  'error'?: (_atoll_kv_v1_ItemError__Output | null);
  'outcome'?: "put"|"delete"|"update"|"error";
}
