// Original file: proto/atoll/peer/v1/peer.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExchangeRequest as _atoll_peer_v1_ExchangeRequest, ExchangeRequest__Output as _atoll_peer_v1_ExchangeRequest__Output } from '../../../atoll/peer/v1/ExchangeRequest.js';
import type { ExchangeResponse as _atoll_peer_v1_ExchangeResponse, ExchangeResponse__Output as _atoll_peer_v1_ExchangeResponse__Output } from '../../../atoll/peer/v1/ExchangeResponse.js';

/**
 * PeerService is spoken between nodes of one cluster only, on its own port.
 */
export interface PeerServiceClient extends grpc.Client {
  /**
   * Half of a link: what the accepting node sends. Each node dials the other, so a link is two streams, one for each
   * direction. The dialling node sends one message and nothing after it; the accepting one answers with its own Hello,
   * and with frames once it has both halves. When either half ends, so does the other.
   */
  Exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse__Output>;
  Exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse__Output>;
  /**
   * Half of a link: what the accepting node sends. Each node dials the other, so a link is two streams, one for each
   * direction. The dialling node sends one message and nothing after it; the accepting one answers with its own Hello,
   * and with frames once it has both halves. When either half ends, so does the other.
   */
  exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse__Output>;
  exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse__Output>;
  
}

/**
 * PeerService is spoken between nodes of one cluster only, on its own port.
 */
export interface PeerServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Half of a link: what the accepting node sends. Each node dials the other, so a link is two streams, one for each
   * direction. The dialling node sends one message and nothing after it; the accepting one answers with its own Hello,
   * and with frames once it has both halves. When either half ends, so does the other.
   */
  Exchange: grpc.handleBidiStreamingCall<_atoll_peer_v1_ExchangeRequest__Output, _atoll_peer_v1_ExchangeResponse>;
  
}

export interface PeerServiceDefinition extends grpc.ServiceDefinition {
  Exchange: MethodDefinition<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse, _atoll_peer_v1_ExchangeRequest__Output, _atoll_peer_v1_ExchangeResponse__Output>
}
