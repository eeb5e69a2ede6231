// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface RepairResponse {
  'partitionsDone'?: (number);
  'partitionsTotal'?: (number);
  'rowsRepaired'?: (number | string | Long);
}

export interface RepairResponse__Output {
  'partitionsDone': (number);
  'partitionsTotal': (number);
  'rowsRepaired': (string);
}
