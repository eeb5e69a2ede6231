// Original file: proto/atoll/kv/v1/kv.proto

import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from '../../../atoll/kv/v1/ReplyHeader.js';
import type { BatchWriteResult as _atoll_kv_v1_BatchWriteResult, BatchWriteResult__Output as _atoll_kv_v1_BatchWriteResult__Output } from '../../../atoll/kv/v1/BatchWriteResult.js';

export interface BatchWriteResponse {
  'header'?: (_atoll_kv_v1_ReplyHeader | null);
  /**
   * One for each item, in the same order.
   */
  'results'?: (_atoll_kv_v1_BatchWriteResult)[];
}

export interface BatchWriteResponse__Output {
  'header': (_atoll_kv_v1_ReplyHeader__Output | null);
  /**
   * One for each item, in the same order.
   */
  'results': (_atoll_kv_v1_BatchWriteResult__Output)[];
}
