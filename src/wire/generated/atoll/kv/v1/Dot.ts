// Original file: proto/atoll/kv/v1/kv.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Names one write inside its partition.
 */
export interface Dot {
  'actor'?: (number | string | Long);
  'counter'?: (number | string | Long);
}

/**
 * Names one write inside its partition.
 */
export interface Dot__Output {
  'actor': (string);
  'counter': (string);
}
