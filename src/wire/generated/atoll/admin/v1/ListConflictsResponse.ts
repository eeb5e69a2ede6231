// Original file: proto/atoll/admin/v1/admin.proto

import type { Conflict as _atoll_admin_v1_Conflict, Conflict__Output as _atoll_admin_v1_Conflict__Output } from '../../../atoll/admin/v1/Conflict.js';

/**
 * Newest first. A page may be short, or empty, before the last one: that has no token.
 */
export interface ListConflictsResponse {
  'conflicts'?: (_atoll_admin_v1_Conflict)[];
  'nextPageToken'?: (string);
}

/**
 * Newest first. A page may be short, or empty, before the last one: that has no token.
 */
export interface ListConflictsResponse__Output {
  'conflicts': (_atoll_admin_v1_Conflict__Output)[];
  'nextPageToken': (string);
}
