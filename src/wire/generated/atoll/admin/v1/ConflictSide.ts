// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface ConflictSide {
  'region'?: (string);
  'hlc'?: (number | string | Long);
  'sizeBytes'?: (number | string | Long);
  'value'?: (Buffer | Uint8Array | string);
}

export interface ConflictSide__Output {
  'region': (string);
  'hlc': (string);
  'sizeBytes': (string);
  'value': (Buffer);
}
