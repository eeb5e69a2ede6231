// Original file: proto/atoll/kv/v1/kv.proto

import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from '../../../atoll/kv/v1/Value.js';
import type { Long } from '@grpc/proto-loader';

export interface Change {
  'key'?: (Buffer | Uint8Array | string);
  'path'?: (Buffer | Uint8Array | string)[];
  'isDeleted'?: (boolean);
  'values'?: (_atoll_kv_v1_Value)[];
  'hlc'?: (number | string | Long);
  /**
   * The dot of the change: (actor, counter) inside its partition. Duplicates repeat it.
   */
  'partition'?: (number);
  'actor'?: (number | string | Long);
  'counter'?: (number | string | Long);
}

export interface Change__Output {
  'key': (Buffer);
  'path': (Buffer)[];
  'isDeleted': (boolean);
  'values': (_atoll_kv_v1_Value__Output)[];
  'hlc': (string);
  /**
   * The dot of the change: (actor, counter) inside its partition. Duplicates repeat it.
   */
  'partition': (number);
  'actor': (string);
  'counter': (string);
}
