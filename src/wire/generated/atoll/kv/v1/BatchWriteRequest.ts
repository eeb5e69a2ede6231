// Original file: proto/atoll/kv/v1/kv.proto

import type { BatchWriteItem as _atoll_kv_v1_BatchWriteItem, BatchWriteItem__Output as _atoll_kv_v1_BatchWriteItem__Output } from '../../../atoll/kv/v1/BatchWriteItem.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';

export interface BatchWriteRequest {
  'items'?: (_atoll_kv_v1_BatchWriteItem)[];
  'options'?: (_atoll_kv_v1_RequestOptions | null);
  /**
   * All or nothing; only for keys of one partition.
   */
  'isAtomic'?: (boolean);
}

export interface BatchWriteRequest__Output {
  'items': (_atoll_kv_v1_BatchWriteItem__Output)[];
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
  /**
   * All or nothing; only for keys of one partition.
   */
  'isAtomic': (boolean);
}
