// Original file: proto/atoll/kv/v1/kv.proto

import type { DataType as _atoll_kv_v1_DataType, DataType__Output as _atoll_kv_v1_DataType__Output } from '../../../atoll/kv/v1/DataType.js';
import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from '../../../atoll/kv/v1/Value.js';
import type { Long } from '@grpc/proto-loader';

/**
 * One member of a set, or of a map one leaf, or one member of a set in it.
 */
export interface Element {
  /**
   * For maps: from the root.
   */
  'path'?: (Buffer | Uint8Array | string)[];
  /**
   * What it is: of a member SET, otherwise the leaf's type.
   */
  'type'?: (_atoll_kv_v1_DataType);
  /**
   * Of a register.
   */
  'values'?: (_atoll_kv_v1_Value)[];
  'counter'?: (number | string | Long);
  'flag'?: (boolean);
  'member'?: (Buffer | Uint8Array | string);
  /**
   * Of all but a register: when all of it expires, in milliseconds since 1970; 0: never.
   */
  'expiresAtMs'?: (number | string | Long);
}

/**
 * One member of a set, or of a map one leaf, or one member of a set in it.
 */
export interface Element__Output {
  /**
   * For maps: from the root.
   */
  'path': (Buffer)[];
  /**
   * What it is: of a member SET, otherwise the leaf's type.
   */
  'type': (_atoll_kv_v1_DataType__Output);
  /**
   * Of a register.
   */
  'values': (_atoll_kv_v1_Value__Output)[];
  'counter': (string);
  'flag': (boolean);
  'member': (Buffer);
  /**
   * Of all but a register: when all of it expires, in milliseconds since 1970; 0: never.
   */
  'expiresAtMs': (string);
}
