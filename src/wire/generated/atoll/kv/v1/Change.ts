// Original file: proto/atoll/kv/v1/kv.proto

import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from '../../../atoll/kv/v1/Value.js';
import type { Element as _atoll_kv_v1_Element, Element__Output as _atoll_kv_v1_Element__Output } from '../../../atoll/kv/v1/Element.js';
import type { Dot as _atoll_kv_v1_Dot, Dot__Output as _atoll_kv_v1_Dot__Output } from '../../../atoll/kv/v1/Dot.js';
import type { Long } from '@grpc/proto-loader';

export interface Change {
  'key'?: (Buffer | Uint8Array | string);
  /**
   * Nothing is there any more.
   */
  'isDeleted'?: (boolean);
  /**
   * As Get shows them: a register or the siblings of a multi, a counter, a flag.
   */
  'values'?: (_atoll_kv_v1_Value)[];
  'counter'?: (number | string | Long);
  'flag'?: (boolean);
  /**
   * Of a set or a map: the member or leaf that changed.
   */
  'element'?: (_atoll_kv_v1_Element | null);
  /**
   * Of a register or a multi: for the put or delete that replaces what is shown.
   */
  'context'?: (Buffer | Uint8Array | string);
  /**
   * The highest stamp of the writes that led to it, removals included.
   */
  'hlc'?: (number | string | Long);
  /**
   * Unique, with each of the dots, inside of the cluster.
   */
  'partition'?: (number);
  /**
   * The writes that led to it. A change that comes again has dots that came before.
   */
  'dots'?: (_atoll_kv_v1_Dot)[];
  /**
   * Of a counter or a flag: when it expires, in milliseconds since 1970; 0: never.
   */
  'expiresAtMs'?: (number | string | Long);
}

export interface Change__Output {
  'key': (Buffer);
  /**
   * Nothing is there any more.
   */
  'isDeleted': (boolean);
  /**
   * As Get shows them: a register or the siblings of a multi, a counter, a flag.
   */
  'values': (_atoll_kv_v1_Value__Output)[];
  'counter': (string);
  'flag': (boolean);
  /**
   * Of a set or a map: the member or leaf that changed.
   */
  'element': (_atoll_kv_v1_Element__Output | null);
  /**
   * Of a register or a multi: for the put or delete that replaces what is shown.
   */
  'context': (Buffer);
  /**
   * The highest stamp of the writes that led to it, removals included.
   */
  'hlc': (string);
  /**
   * Unique, with each of the dots, inside of the cluster.
   */
  'partition': (number);
  /**
   * The writes that led to it. A change that comes again has dots that came before.
   */
  'dots': (_atoll_kv_v1_Dot__Output)[];
  /**
   * Of a counter or a flag: when it expires, in milliseconds since 1970; 0: never.
   */
  'expiresAtMs': (string);
}
