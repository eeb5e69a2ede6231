// Original file: proto/atoll/admin/v1/admin.proto

import type { Conflict as _atoll_admin_v1_Conflict, Conflict__Output as _atoll_admin_v1_Conflict__Output } from '../../../atoll/admin/v1/Conflict.js';

export interface ListConflictsResponse {
  'conflicts'?: (_atoll_admin_v1_Conflict)[];
  'nextPageToken'?: (string);
}

export interface ListConflictsResponse__Output {
  'conflicts': (_atoll_admin_v1_Conflict__Output)[];
  'nextPageToken': (string);
}
