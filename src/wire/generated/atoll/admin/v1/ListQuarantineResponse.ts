// Original file: proto/atoll/admin/v1/admin.proto

import type { QuarantinedWrite as _atoll_admin_v1_QuarantinedWrite, QuarantinedWrite__Output as _atoll_admin_v1_QuarantinedWrite__Output } from '../../../atoll/admin/v1/QuarantinedWrite.js';

export interface ListQuarantineResponse {
  'writes'?: (_atoll_admin_v1_QuarantinedWrite)[];
  'nextPageToken'?: (string);
}

export interface ListQuarantineResponse__Output {
  'writes': (_atoll_admin_v1_QuarantinedWrite__Output)[];
  'nextPageToken': (string);
}
