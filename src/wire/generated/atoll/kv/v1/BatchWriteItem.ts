// Original file: proto/atoll/kv/v1/kv.proto

import type { PutRequest as _atoll_kv_v1_PutRequest, PutRequest__Output as _atoll_kv_v1_PutRequest__Output } from '../../../atoll/kv/v1/PutRequest.js';
import type { DeleteRequest as _atoll_kv_v1_DeleteRequest, DeleteRequest__Output as _atoll_kv_v1_DeleteRequest__Output } from '../../../atoll/kv/v1/DeleteRequest.js';
import type { UpdateRequest as _atoll_kv_v1_UpdateRequest, UpdateRequest__Output as _atoll_kv_v1_UpdateRequest__Output } from '../../../atoll/kv/v1/UpdateRequest.js';

export interface BatchWriteItem {
  'put'?: (_atoll_kv_v1_PutRequest | null);
  'delete'?: (_atoll_kv_v1_DeleteRequest | null);
  'update'?: (_atoll_kv_v1_UpdateRequest | null);
  /**
   * 16 bytes that name this write, where the batch that is sent again may be split otherwise. Empty: the batch's id and the
   * item's place in it do. Not in an atomic batch, which is one request.
   */
  'requestId'?: (Buffer | Uint8Array | string);
  'write'?: "put"|"delete"|"update";
}

export interface BatchWriteItem__Output {
  'put'?: (_atoll_kv_v1_PutRequest__Output | null);
  'delete'?: (_atoll_kv_v1_DeleteRequest__Output | null);
  'update'?: (_atoll_kv_v1_UpdateRequest__Output | null);
  /**
   * 16 bytes that name this write, where the batch that is sent again may be split otherwise. Empty: the batch's id and the
   * item's place in it do. Not in an atomic batch, which is one request.
   */
  'requestId': (Buffer);
  'write'?: "put"|"delete"|"update";
}
