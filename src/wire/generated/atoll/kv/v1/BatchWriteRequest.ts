// Original file: proto/atoll/kv/v1/kv.proto

import type { BatchWriteItem as _atoll_kv_v1_BatchWriteItem, BatchWriteItem__Output as _atoll_kv_v1_BatchWriteItem__Output } from '../../../atoll/kv/v1/BatchWriteItem.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

export interface BatchWriteRequest {
  'items'?: (_atoll_kv_v1_BatchWriteItem)[];
  'options'?: (_atoll_kv_v1_RequestOptions | null);
  /**
   * All or nothing, with one outcome: the call fails, or every item has the stamp and the acknowledgements of the whole,
   * and puts have no context. Only for keys of one partition, each of them once: else NOT_ATOMIC or BAD_REQUEST, and
   * nothing is written. Readers of several keys may see some of it first: docs/data-types.md.
   */
  'isAtomic'?: (boolean);
}

export interface BatchWriteRequest__Output {
  'items': (_atoll_kv_v1_BatchWriteItem__Output)[];
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
  /**
   * All or nothing, with one outcome: the call fails, or every item has the stamp and the acknowledgements of the whole,
   * and puts have no context. Only for keys of one partition, each of them once: else NOT_ATOMIC or BAD_REQUEST, and
   * nothing is written. Readers of several keys may see some of it first: docs/data-types.md.
   */
  'isAtomic': (boolean);
}
