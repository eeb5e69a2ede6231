// Original file: proto/atoll/kv/v1/kv.proto

import type { ErrorReason as _atoll_kv_v1_ErrorReason, ErrorReason__Output as _atoll_kv_v1_ErrorReason__Output } from '../../../atoll/kv/v1/ErrorReason.js';

/**
 * The failure of one item of a batch, in the terms a unary call would have used.
 */
export interface ItemError {
  /**
   * google.rpc.Code
   */
  'code'?: (number);
  'message'?: (string);
  'reason'?: (_atoll_kv_v1_ErrorReason);
  'metadata'?: ({[key: string]: string});
}

/**
 * The failure of one item of a batch, in the terms a unary call would have used.
 */
export interface ItemError__Output {
  /**
   * google.rpc.Code
   */
  'code': (number);
  'message': (string);
  'reason': (_atoll_kv_v1_ErrorReason__Output);
  'metadata': ({[key: string]: string});
}
