/**
 * Ordered streams of frames between nodes. While a link is up, what one side sends arrives at the other once and in
 * order, or the link goes down: then any suffix of what was sent is lost. Nobody is told what was lost; clocks show it.
 */
export interface Transport {
  /** Starts listening and dialling; from now on `handler` is called. Peers are set later, and as often as they change. */
  start(self: PeerHello, handler: TransportHandler): void;
  /** The peers to keep a link with. Links to nodes no longer listed are closed. */
  setPeers(peers: readonly PeerAddress[]): void;
  /** Hands a frame to the link; drops it silently when the link is down. */
  send(peerNumber: number, frame: Uint8Array): void;
  /** Bytes handed to the link that have not left this process yet. */
  queuedBytes(peerNumber: number): number;
  /** Closes one link, which is dialled again: for a peer that broke the protocol. */
  reset(peerNumber: number, reason: string): void;
  /** Closes every link; calls back when none is left. Idempotent. */
  close(done: () => void): void;
}

export interface TransportHandler {
  /**
   * A peer introduced itself. A returned text refuses it, and reaches the peer as its reason. Otherwise the link may
   * come up, or may not, and the peer may introduce itself again before: only a question, which changes nothing.
   */
  onHello(hello: PeerHello): string | undefined;
  /** The link is up, to a peer whose Hello was not refused. */
  onUp(hello: PeerHello): void;
  /** Frames of one link come in order. The bytes are the handler's to keep. */
  onFrame(peerNumber: number, frame: Buffer): void;
  /** The link is down. Called once for each that was up, before the next one to that peer is. */
  onDown(peerNumber: number): void;
  /** The peer refused our Hello, and says why. */
  onRefused(peerNumber: number, reason: string): void;
}

export interface PeerAddress {
  readonly number: number;
  readonly nodeId: string;
  /** host:port */
  readonly address: string;
}

/** How a node introduces itself on a link. */
export interface PeerHello {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly number: number;
  readonly incarnation: number;
  /** 16 hexadecimal digits, random for each start. */
  readonly instance: string;
  readonly protocolVersion: number;
}
