// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface Blocker {
  'nodeId'?: (string);
  /**
   * For how long it has blocked without a break.
   */
  'blockingMs'?: (number | string | Long);
  /**
   * Partitions of the node asked that wait for it.
   */
  'partitions'?: (number);
}

export interface Blocker__Output {
  'nodeId': (string);
  /**
   * For how long it has blocked without a break.
   */
  'blockingMs': (string);
  /**
   * Partitions of the node asked that wait for it.
   */
  'partitions': (number);
}
