// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface PeerLag {
  'nodeId'?: (string);
  'region'?: (string);
  /**
   * Dots that this node holds and the peer has not acknowledged.
   */
  'dotsBehind'?: (number | string | Long);
  /**
   * Dots that the peer has told of and this node does not hold.
   */
  'dotsMissing'?: (number | string | Long);
  'partitionsBehind'?: (number);
}

export interface PeerLag__Output {
  'nodeId': (string);
  'region': (string);
  /**
   * Dots that this node holds and the peer has not acknowledged.
   */
  'dotsBehind': (string);
  /**
   * Dots that the peer has told of and this node does not hold.
   */
  'dotsMissing': (string);
  'partitionsBehind': (number);
}
