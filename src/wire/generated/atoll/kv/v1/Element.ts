// Original file: proto/atoll/kv/v1/kv.proto

import type { DataType as _atoll_kv_v1_DataType, DataType__Output as _atoll_kv_v1_DataType__Output } from '../../../atoll/kv/v1/DataType.js';
import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from '../../../atoll/kv/v1/Value.js';
import type { Long } from '@grpc/proto-loader';

/**
 * One member of a set or one leaf of a map.
 */
export interface Element {
  /**
   * A set: one step, the member. A map: the path from the root.
   */
  'path'?: (Buffer | Uint8Array | string)[];
  'type'?: (_atoll_kv_v1_DataType);
  'values'?: (_atoll_kv_v1_Value)[];
  'counter'?: (number | string | Long);
  'flag'?: (boolean);
}

/**
 * One member of a set or one leaf of a map.
 */
export interface Element__Output {
  /**
   * A set: one step, the member. A map: the path from the root.
   */
  'path': (Buffer)[];
  'type': (_atoll_kv_v1_DataType__Output);
  'values': (_atoll_kv_v1_Value__Output)[];
  'counter': (string);
  'flag': (boolean);
}
