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
   * One long-lived stream for each pair of nodes, dialled by the node with the lower number. The first message of
   * each side is its Hello; every later one is a frame, whose bytes docs/wire.md lays out.
   */
  Exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse__Output>;
  Exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse__Output>;
  /**
   * One long-lived stream for each pair of nodes, dialled by the node with the lower number. The first message of
   * each side is its Hello; every later one is a frame, whose bytes docs/wire.md lays out.
   */
  exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse__Output>;
  exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse__Output>;
  
}

/**
 * PeerService is spoken between nodes of one cluster only, on its own port.
 */
export interface PeerServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * One long-lived stream for each pair of nodes, dialled by the node with the lower number. The first message of
   * each side is its Hello; every later one is a frame, whose bytes docs/wire.md lays out.
   */
  Exchange: grpc.handleBidiStreamingCall<_atoll_peer_v1_ExchangeRequest__Output, _atoll_peer_v1_ExchangeResponse>;
  
}

export interface PeerServiceDefinition extends grpc.ServiceDefinition {
  Exchange: MethodDefinition<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeResponse, _atoll_peer_v1_ExchangeRequest__Output, _atoll_peer_v1_ExchangeResponse__Output>
}
