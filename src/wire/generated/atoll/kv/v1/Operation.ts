// Original file: proto/atoll/kv/v1/kv.proto

import type { Members as _atoll_kv_v1_Members, Members__Output as _atoll_kv_v1_Members__Output } from '../../../atoll/kv/v1/Members.js';
import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from '../../../atoll/kv/v1/Value.js';
import type { Removal as _atoll_kv_v1_Removal, Removal__Output as _atoll_kv_v1_Removal__Output } from '../../../atoll/kv/v1/Removal.js';
import type { DataType as _atoll_kv_v1_DataType, DataType__Output as _atoll_kv_v1_DataType__Output } from '../../../atoll/kv/v1/DataType.js';
import type { Long } from '@grpc/proto-loader';

export interface Operation {
  /**
   * For maps: the path of the leaf that the action is for.
   */
  'path'?: (Buffer | Uint8Array | string)[];
  'counterAdd'?: (number | string | Long);
  'flagSet'?: (boolean);
  'setAdd'?: (_atoll_kv_v1_Members | null);
  'setRemove'?: (_atoll_kv_v1_Members | null);
  'put'?: (_atoll_kv_v1_Value | null);
  'remove'?: (_atoll_kv_v1_Removal | null);
  'clear'?: (_atoll_kv_v1_Removal | null);
  /**
   * For maps: the type of the leaf.
   */
  'leafType'?: (_atoll_kv_v1_DataType);
  'action'?: "counterAdd"|"flagSet"|"setAdd"|"setRemove"|"put"|"remove"|"clear";
}

export interface Operation__Output {
  /**
   * For maps: the path of the leaf that the action is for.
   */
  'path': (Buffer)[];
  'counterAdd'?: (string);
  'flagSet'?: (boolean);
  'setAdd'?: (_atoll_kv_v1_Members__Output | null);
  'setRemove'?: (_atoll_kv_v1_Members__Output | null);
  'put'?: (_atoll_kv_v1_Value__Output | null);
  'remove'?: (_atoll_kv_v1_Removal__Output | null);
  'clear'?: (_atoll_kv_v1_Removal__Output | null);
  /**
   * For maps: the type of the leaf.
   */
  'leafType': (_atoll_kv_v1_DataType__Output);
  'action'?: "counterAdd"|"flagSet"|"setAdd"|"setRemove"|"put"|"remove"|"clear";
}
