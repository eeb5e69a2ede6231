// Original file: proto/atoll/kv/v1/kv.proto

import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from '../../../atoll/kv/v1/ReplyHeader.js';
import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from '../../../atoll/kv/v1/Value.js';
import type { Element as _atoll_kv_v1_Element, Element__Output as _atoll_kv_v1_Element__Output } from '../../../atoll/kv/v1/Element.js';
import type { Long } from '@grpc/proto-loader';

export interface GetResponse {
  'header'?: (_atoll_kv_v1_ReplyHeader | null);
  'found'?: (boolean);
  /**
   * A register: the value. A multi: every sibling.
   */
  'values'?: (_atoll_kv_v1_Value)[];
  /**
   * Opaque causal context of what was read; hand it to the put or delete that replaces it.
   */
  'context'?: (Buffer | Uint8Array | string);
  /**
   * The highest stamp among what was read; 0 when nothing was.
   */
  'hlc'?: (number | string | Long);
  'counter'?: (number | string | Long);
  /**
   * A flag, or whether `member` is one.
   */
  'flag'?: (boolean);
  /**
   * A page of members or leaves, in order.
   */
  'elements'?: (_atoll_kv_v1_Element)[];
  /**
   * With is_count_only, of what this reply has counted.
   */
  'cardinality'?: (number | string | Long);
  'nextPageToken'?: (Buffer | Uint8Array | string);
  /**
   * Of a counter, a flag or a member: when all of it expires, in milliseconds since 1970; 0: never.
   */
  'expiresAtMs'?: (number | string | Long);
}

export interface GetResponse__Output {
  'header': (_atoll_kv_v1_ReplyHeader__Output | null);
  'found': (boolean);
  /**
   * A register: the value. A multi: every sibling.
   */
  'values': (_atoll_kv_v1_Value__Output)[];
  /**
   * Opaque causal context of what was read; hand it to the put or delete that replaces it.
   */
  'context': (Buffer);
  /**
   * The highest stamp among what was read; 0 when nothing was.
   */
  'hlc': (string);
  'counter': (string);
  /**
   * A flag, or whether `member` is one.
   */
  'flag': (boolean);
  /**
   * A page of members or leaves, in order.
   */
  'elements': (_atoll_kv_v1_Element__Output)[];
  /**
   * With is_count_only, of what this reply has counted.
   */
  'cardinality': (string);
  'nextPageToken': (Buffer);
  /**
   * Of a counter, a flag or a member: when all of it expires, in milliseconds since 1970; 0: never.
   */
  'expiresAtMs': (string);
}
