// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface PurgeBlocker {
  'nodeId'?: (string);
  /**
   * For how long it has blocked without a break.
   */
  'blockingMs'?: (number | string | Long);
  /**
   * Partitions with tombstones that wait for it.
   */
  'partitions'?: (number);
}

export interface PurgeBlocker__Output {
  'nodeId': (string);
  /**
   * For how long it has blocked without a break.
   */
  'blockingMs': (string);
  /**
   * Partitions with tombstones that wait for it.
   */
  'partitions': (number);
}
