// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface RegionLag {
  'region'?: (string);
  'count'?: (number | string | Long);
  'p50Ms'?: (number | string);
  'p99Ms'?: (number | string);
  'maxMs'?: (number | string);
}

export interface RegionLag__Output {
  'region': (string);
  'count': (string);
  'p50Ms': (number);
  'p99Ms': (number);
  'maxMs': (number);
}
