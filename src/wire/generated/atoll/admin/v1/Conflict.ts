// Original file: proto/atoll/admin/v1/admin.proto

import type { ConflictSide as _atoll_admin_v1_ConflictSide, ConflictSide__Output as _atoll_admin_v1_ConflictSide__Output } from '../../../atoll/admin/v1/ConflictSide.js';

export interface Conflict {
  'key'?: (Buffer | Uint8Array | string);
  'kept'?: (_atoll_admin_v1_ConflictSide | null);
  'discarded'?: (_atoll_admin_v1_ConflictSide | null);
}

export interface Conflict__Output {
  'key': (Buffer);
  'kept': (_atoll_admin_v1_ConflictSide__Output | null);
  'discarded': (_atoll_admin_v1_ConflictSide__Output | null);
}
