// Original file: proto/atoll/kv/v1/kv.proto

import type { Long } from '@grpc/proto-loader';

export interface ReplyHeader {
  'clusterId'?: (string);
  'nodeId'?: (string);
  'region'?: (string);
  /**
   * Of a request with one: opaque; hand it to the next request of the session.
   */
  'sessionToken'?: (Buffer | Uint8Array | string);
  /**
   * When newer than the layout the client has, it fetches the layout anew.
   */
  'layoutVersion'?: (number | string | Long);
}

export interface ReplyHeader__Output {
  'clusterId': (string);
  'nodeId': (string);
  'region': (string);
  /**
   * Of a request with one: opaque; hand it to the next request of the session.
   */
  'sessionToken': (Buffer);
  /**
   * When newer than the layout the client has, it fetches the layout anew.
   */
  'layoutVersion': (string);
}
