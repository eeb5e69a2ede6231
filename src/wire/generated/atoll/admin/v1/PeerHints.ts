// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface PeerHints {
  'nodeId'?: (string);
  'pending'?: (number | string | Long);
  'oldestAgeMs'?: (number | string | Long);
  'ratePerSecond'?: (number | string);
  'estimatedMs'?: (number | string | Long);
  'isFullSyncDue'?: (boolean);
  'created'?: (number | string | Long);
  'delivered'?: (number | string | Long);
  'expired'?: (number | string | Long);
  'dropped'?: (number | string | Long);
  /**
   * Copies of sloppy writes that this node, which holds no replica of their keys, keeps for the peer.
   */
  'copiesHeld'?: (number | string | Long);
}

export interface PeerHints__Output {
  'nodeId': (string);
  'pending': (string);
  'oldestAgeMs': (string);
  'ratePerSecond': (number);
  'estimatedMs': (string);
  'isFullSyncDue': (boolean);
  'created': (string);
  'delivered': (string);
  'expired': (string);
  'dropped': (string);
  /**
   * Copies of sloppy writes that this node, which holds no replica of their keys, keeps for the peer.
   */
  'copiesHeld': (string);
}
