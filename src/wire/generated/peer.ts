import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { ExchangeRequest as _atoll_peer_v1_ExchangeRequest, ExchangeRequest__Output as _atoll_peer_v1_ExchangeRequest__Output } from './atoll/peer/v1/ExchangeRequest.js';
import type { ExchangeResponse as _atoll_peer_v1_ExchangeResponse, ExchangeResponse__Output as _atoll_peer_v1_ExchangeResponse__Output } from './atoll/peer/v1/ExchangeResponse.js';
import type { Hello as _atoll_peer_v1_Hello, Hello__Output as _atoll_peer_v1_Hello__Output } from './atoll/peer/v1/Hello.js';
import type { PeerServiceClient as _atoll_peer_v1_PeerServiceClient, PeerServiceDefinition as _atoll_peer_v1_PeerServiceDefinition } from './atoll/peer/v1/PeerService.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  atoll: {
    peer: {
      v1: {
        ExchangeRequest: MessageTypeDefinition<_atoll_peer_v1_ExchangeRequest, _atoll_peer_v1_ExchangeRequest__Output>
        ExchangeResponse: MessageTypeDefinition<_atoll_peer_v1_ExchangeResponse, _atoll_peer_v1_ExchangeResponse__Output>
        Hello: MessageTypeDefinition<_atoll_peer_v1_Hello, _atoll_peer_v1_Hello__Output>
        /**
         * PeerService is spoken between nodes of one cluster only, on its own port.
         */
        PeerService: SubtypeConstructor<typeof grpc.Client, _atoll_peer_v1_PeerServiceClient> & { service: _atoll_peer_v1_PeerServiceDefinition }
      }
    }
  }
}

