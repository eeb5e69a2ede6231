// Original file: proto/atoll/kv/v1/kv.proto


export interface Member {
  /**
   * Small, positive, never reused in this cluster.
   */
  'number'?: (number);
  'nodeId'?: (string);
  'region'?: (string);
  'zone'?: (string);
  'host'?: (string);
  /**
   * host:port for clients, peers and the admin HTTP server.
   */
  'clientAddress'?: (string);
  'peerAddress'?: (string);
  'adminAddress'?: (string);
}

export interface Member__Output {
  /**
   * Small, positive, never reused in this cluster.
   */
  'number': (number);
  'nodeId': (string);
  'region': (string);
  'zone': (string);
  'host': (string);
  /**
   * host:port for clients, peers and the admin HTTP server.
   */
  'clientAddress': (string);
  'peerAddress': (string);
  'adminAddress': (string);
}
