// Original file: proto/atoll/kv/v1/kv.proto

import type { Address as _atoll_kv_v1_Address, Address__Output as _atoll_kv_v1_Address__Output } from '../../../atoll/kv/v1/Address.js';
import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from '../../../atoll/kv/v1/Value.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';
import type { Long } from '@grpc/proto-loader';

export interface PutRequest {
  'address'?: (_atoll_kv_v1_Address | null);
  'value'?: (_atoll_kv_v1_Value | null);
  /**
   * From a read: what this put replaces. Without it, a put to a multi adds a sibling.
   */
  'context'?: (Buffer | Uint8Array | string);
  'options'?: (_atoll_kv_v1_RequestOptions | null);
  /**
   * Milliseconds until the value expires, at most 2^52; 0: the bucket's default, which is never unless it is configured;
   * 2^64 - 1: never, whatever the bucket's default.
   */
  'ttlMs'?: (number | string | Long);
  /**
   * Only if nothing is newer than `context`.
   */
  'ifContext'?: (boolean);
  /**
   * Only if the key is absent.
   */
  'ifAbsent'?: (boolean);
}

export interface PutRequest__Output {
  'address': (_atoll_kv_v1_Address__Output | null);
  'value': (_atoll_kv_v1_Value__Output | null);
  /**
   * From a read: what this put replaces. Without it, a put to a multi adds a sibling.
   */
  'context': (Buffer);
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
  /**
   * Milliseconds until the value expires, at most 2^52; 0: the bucket's default, which is never unless it is configured;
   * 2^64 - 1: never, whatever the bucket's default.
   */
  'ttlMs': (string);
  /**
   * Only if nothing is newer than `context`.
   */
  'ifContext': (boolean);
  /**
   * Only if the key is absent.
   */
  'ifAbsent': (boolean);
}
