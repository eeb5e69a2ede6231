// Original file: proto/atoll/admin/v1/admin.proto

import type { ConflictSide as _atoll_admin_v1_ConflictSide, ConflictSide__Output as _atoll_admin_v1_ConflictSide__Output } from '../../../atoll/admin/v1/ConflictSide.js';
import type { Long } from '@grpc/proto-loader';

/**
 * Two writes of a register of which neither knew the other.
 */
export interface Conflict {
  'bucket'?: (string);
  'key'?: (Buffer | Uint8Array | string);
  /**
   * Of a register inside a map; else empty.
   */
  'path'?: (Buffer | Uint8Array | string)[];
  /**
   * When this node came upon it, in milliseconds since 1970.
   */
  'notedAtMs'?: (number | string | Long);
  'kept'?: (_atoll_admin_v1_ConflictSide | null);
  'discarded'?: (_atoll_admin_v1_ConflictSide | null);
}

/**
 * Two writes of a register of which neither knew the other.
 */
export interface Conflict__Output {
  'bucket': (string);
  'key': (Buffer);
  /**
   * Of a register inside a map; else empty.
   */
  'path': (Buffer)[];
  /**
   * When this node came upon it, in milliseconds since 1970.
   */
  'notedAtMs': (string);
  'kept': (_atoll_admin_v1_ConflictSide__Output | null);
  'discarded': (_atoll_admin_v1_ConflictSide__Output | null);
}
