// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface RemoveMemberResponse {
  'layoutVersion'?: (number | string | Long);
}

export interface RemoveMemberResponse__Output {
  'layoutVersion': (string);
}
