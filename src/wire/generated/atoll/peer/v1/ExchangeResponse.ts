// Original file: proto/atoll/peer/v1/peer.proto

import type { Hello as _atoll_peer_v1_Hello, Hello__Output as _atoll_peer_v1_Hello__Output } from '../../../atoll/peer/v1/Hello.js';

export interface ExchangeResponse {
  'hello'?: (_atoll_peer_v1_Hello | null);
  /**
   * docs/wire.md lays out its bytes.
   */
  'frame'?: (Buffer | Uint8Array | string);
  'body'?: "hello"|"frame";
}

export interface ExchangeResponse__Output {
  'hello'?: (_atoll_peer_v1_Hello__Output | null);
  /**
   * docs/wire.md lays out its bytes.
   */
  'frame'?: (Buffer);
  'body'?: "hello"|"frame";
}
