// Original file: proto/atoll/kv/v1/kv.proto

import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from '../../../atoll/kv/v1/ReplyHeader.js';
import type { BatchGetResult as _atoll_kv_v1_BatchGetResult, BatchGetResult__Output as _atoll_kv_v1_BatchGetResult__Output } from '../../../atoll/kv/v1/BatchGetResult.js';

export interface BatchGetResponse {
  'header'?: (_atoll_kv_v1_ReplyHeader | null);
  /**
   * One for each address, in the same order.
   */
  'results'?: (_atoll_kv_v1_BatchGetResult)[];
}

export interface BatchGetResponse__Output {
  'header': (_atoll_kv_v1_ReplyHeader__Output | null);
  /**
   * One for each address, in the same order.
   */
  'results': (_atoll_kv_v1_BatchGetResult__Output)[];
}
