// Original file: proto/atoll/kv/v1/kv.proto

import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from '../../../atoll/kv/v1/Value.js';
import type { Long } from '@grpc/proto-loader';

export interface ScanRow {
  'key'?: (Buffer | Uint8Array | string);
  'values'?: (_atoll_kv_v1_Value)[];
  'context'?: (Buffer | Uint8Array | string);
  'counter'?: (number | string | Long);
  'flag'?: (boolean);
  /**
   * Of a counter or a flag: when it expires, in milliseconds since 1970; 0: never.
   */
  'expiresAtMs'?: (number | string | Long);
}

export interface ScanRow__Output {
  'key': (Buffer);
  'values': (_atoll_kv_v1_Value__Output)[];
  'context': (Buffer);
  'counter': (string);
  'flag': (boolean);
  /**
   * Of a counter or a flag: when it expires, in milliseconds since 1970; 0: never.
   */
  'expiresAtMs': (string);
}
