// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface GetDigestResponse {
  'nodeId'?: (string);
  /**
   * Partition to 16 hexadecimal digits.
   */
  'partitions'?: ({[key: number]: string});
  'all'?: (string);
  'rows'?: (number | string | Long);
}

export interface GetDigestResponse__Output {
  'nodeId': (string);
  /**
   * Partition to 16 hexadecimal digits.
   */
  'partitions': ({[key: number]: string});
  'all': (string);
  'rows': (string);
}
