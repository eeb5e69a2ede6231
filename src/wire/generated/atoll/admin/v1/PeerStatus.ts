// Original file: proto/atoll/admin/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface PeerStatus {
  'nodeId'?: (string);
  'region'?: (string);
  'isConnected'?: (boolean);
  /**
   * Heard and hears us, within the failure timeout.
   */
  'isAlive'?: (boolean);
  'incarnation'?: (number | string | Long);
  'roundTripMs'?: (number | string);
  /**
   * Milliseconds since its last heartbeat; 0 when none came since the start.
   */
  'lastHeardMs'?: (number | string | Long);
  'queueBytes'?: (number | string | Long);
  /**
   * Its wall clock minus ours, corrected for the round trip.
   */
  'clockOffsetMs'?: (number | string);
}

export interface PeerStatus__Output {
  'nodeId': (string);
  'region': (string);
  'isConnected': (boolean);
  /**
   * Heard and hears us, within the failure timeout.
   */
  'isAlive': (boolean);
  'incarnation': (string);
  'roundTripMs': (number);
  /**
   * Milliseconds since its last heartbeat; 0 when none came since the start.
   */
  'lastHeardMs': (string);
  'queueBytes': (string);
  /**
   * Its wall clock minus ours, corrected for the round trip.
   */
  'clockOffsetMs': (number);
}
