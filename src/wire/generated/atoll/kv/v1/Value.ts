// Original file: proto/atoll/kv/v1/kv.proto

import type { ValueEncoding as _atoll_kv_v1_ValueEncoding, ValueEncoding__Output as _atoll_kv_v1_ValueEncoding__Output } from '../../../atoll/kv/v1/ValueEncoding.js';
import type { Long } from '@grpc/proto-loader';

export interface Value {
  'data'?: (Buffer | Uint8Array | string);
  'encoding'?: (_atoll_kv_v1_ValueEncoding);
  /**
   * The stamp of the write: 48 bits of milliseconds since 1970, 16 bits of counter.
   */
  'hlc'?: (number | string | Long);
  /**
   * Milliseconds since 1970; 0: never. Of what was read; in a write it says nothing, as the stamp does: ttl_ms does.
   */
  'expiresAtMs'?: (number | string | Long);
}

export interface Value__Output {
  'data': (Buffer);
  'encoding': (_atoll_kv_v1_ValueEncoding__Output);
  /**
   * The stamp of the write: 48 bits of milliseconds since 1970, 16 bits of counter.
   */
  'hlc': (string);
  /**
   * Milliseconds since 1970; 0: never. Of what was read; in a write it says nothing, as the stamp does: ttl_ms does.
   */
  'expiresAtMs': (string);
}
