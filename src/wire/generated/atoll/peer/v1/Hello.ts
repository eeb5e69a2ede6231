// Original file: proto/atoll/peer/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Who speaks. A peer refuses the stream with FAILED_PRECONDITION when anything does not fit, and says what.
 */
export interface Hello {
  'clusterId'?: (string);
  'nodeId'?: (string);
  /**
   * The member number in the layout.
   */
  'number'?: (number);
  /**
   * The incarnation of this start of the node, from 1.
   */
  'incarnation'?: (number | string | Long);
  /**
   * Random for each start: two processes with one node id have different ones.
   */
  'instance'?: (number | string | Long);
  /**
   * The version of the frame format.
   */
  'protocolVersion'?: (number);
}

/**
 * Who speaks. A peer refuses the stream with FAILED_PRECONDITION when anything does not fit, and says what.
 */
export interface Hello__Output {
  'clusterId': (string);
  'nodeId': (string);
  /**
   * The member number in the layout.
   */
  'number': (number);
  /**
   * The incarnation of this start of the node, from 1.
   */
  'incarnation': (string);
  /**
   * Random for each start: two processes with one node id have different ones.
   */
  'instance': (string);
  /**
   * The version of the frame format.
   */
  'protocolVersion': (number);
}
