// Original file: proto/atoll/peer/v1/peer.proto

import type { Hello as _atoll_peer_v1_Hello, Hello__Output as _atoll_peer_v1_Hello__Output } from '../../../atoll/peer/v1/Hello.js';
import type { Long } from '@grpc/proto-loader';

export interface ExchangeRequest {
  'hello'?: (_atoll_peer_v1_Hello | null);
  /**
   * Which link the stream is half of. The node with the lower number chooses it, at random, for each of its dials; the
   * other one dials back with what it accepted last, or with 0 when it has accepted nothing. Such a stream becomes no
   * link, but its Hello is judged, so a node that is refused is always told.
   */
  'link'?: (number | string | Long);
}

export interface ExchangeRequest__Output {
  'hello': (_atoll_peer_v1_Hello__Output | null);
  /**
   * Which link the stream is half of. The node with the lower number chooses it, at random, for each of its dials; the
   * other one dials back with what it accepted last, or with 0 when it has accepted nothing. Such a stream becomes no
   * link, but its Hello is judged, so a node that is refused is always told.
   */
  'link': (string);
}
