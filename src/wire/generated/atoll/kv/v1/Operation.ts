// Original file: proto/atoll/kv/v1/kv.proto

import type { Members as _atoll_kv_v1_Members, Members__Output as _atoll_kv_v1_Members__Output } from '../../../atoll/kv/v1/Members.js';
import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from '../../../atoll/kv/v1/Value.js';
import type { Clear as _atoll_kv_v1_Clear, Clear__Output as _atoll_kv_v1_Clear__Output } from '../../../atoll/kv/v1/Clear.js';
import type { Long } from '@grpc/proto-loader';

export interface Operation {
  /**
   * For maps: where. Otherwise empty.
   */
  'path'?: (Buffer | Uint8Array | string)[];
  /**
   * -(2^53 - 1) to 2^53 - 1.
   */
  'counterAdd'?: (number | string | Long);
  'flagSet'?: (boolean);
  'setAdd'?: (_atoll_kv_v1_Members | null);
  'setRemove'?: (_atoll_kv_v1_Members | null);
  /**
   * A register in a map.
   */
  'put'?: (_atoll_kv_v1_Value | null);
  /**
   * All that is there; of a map all at and below the path.
   */
  'clear'?: (_atoll_kv_v1_Clear | null);
  /**
   * As that of a put: until what the operation puts, adds, counts or enables expires. Of a removal it says nothing.
   */
  'ttlMs'?: (number | string | Long);
  'action'?: "counterAdd"|"flagSet"|"setAdd"|"setRemove"|"put"|"clear";
}

export interface Operation__Output {
  /**
   * For maps: where. Otherwise empty.
   */
  'path': (Buffer)[];
  /**
   * -(2^53 - 1) to 2^53 - 1.
   */
  'counterAdd'?: (string);
  'flagSet'?: (boolean);
  'setAdd'?: (_atoll_kv_v1_Members__Output | null);
  'setRemove'?: (_atoll_kv_v1_Members__Output | null);
  /**
   * A register in a map.
   */
  'put'?: (_atoll_kv_v1_Value__Output | null);
  /**
   * All that is there; of a map all at and below the path.
   */
  'clear'?: (_atoll_kv_v1_Clear__Output | null);
  /**
   * As that of a put: until what the operation puts, adds, counts or enables expires. Of a removal it says nothing.
   */
  'ttlMs': (string);
  'action'?: "counterAdd"|"flagSet"|"setAdd"|"setRemove"|"put"|"clear";
}
