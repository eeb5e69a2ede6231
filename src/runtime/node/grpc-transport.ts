/**
 * The real transport: one Exchange stream of gRPC for each pair of nodes, dialled by the one with the lower number.
 *
 * Which stream is the link to a peer is decided here and only here: the last one whose Hello the handler accepted.
 * Callbacks never come inside a call of the transport's own methods, so a caller that goes through its peers is not
 * surprised halfway. A link that went down is told with `onDown`, once, unless the Hello of a newer link to the same
 * peer was accepted: that says it already.
 */
import { type ChannelCredentials, type ServerCredentials, status } from "@grpc/grpc-js";
import type { Log } from "../log.js";
import type { PeerAddress, PeerHello, Transport, TransportHandler } from "../transport.js";
import { PeerAcceptor } from "./grpc-acceptor.js";
import { type DialerEvents, type DialerOptions, PeerDialer } from "./grpc-dialer.js";
import type { Ending, Exchange, Refusal } from "./grpc-exchange.js";
import { DEFAULT_TRANSPORT_LIMITS, type GrpcTransportLimits } from "./grpc-limits.js";

export interface GrpcTransportOptions {
  /** host:port; port 0 takes a free one. */
  readonly listenAddress: string;
  readonly serverCredentials: ServerCredentials;
  readonly channelCredentials: ChannelCredentials;
  readonly log: Log;
  readonly limits?: Partial<GrpcTransportLimits>;
}

interface Started {
  readonly dialling: DialerOptions;
  readonly events: DialerEvents;
}

export class GrpcTransport implements Transport {
  readonly #options: GrpcTransportOptions;
  readonly #limits: GrpcTransportLimits;
  readonly #acceptor: PeerAcceptor;
  readonly #dialers = new Map<number, PeerDialer>();
  /** By member number: the exchanges that are up. */
  readonly #links = new Map<number, Exchange>();
  /** Member numbers whose link went down in this turn, until the handler is told. */
  readonly #downs = new Set<number>();
  #peers: readonly PeerAddress[] = [];
  #started: Started | undefined;
  #isListening = false;
  #isClosed = false;

  constructor(options: GrpcTransportOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_TRANSPORT_LIMITS, ...options.limits };
    this.#acceptor = new PeerAcceptor(this.#limits);
  }

  /**
   * Binds the listen address, before `start`: here a port that is taken can be reported. Resolves to the port. Links
   * are accepted from `start` on.
   */
  async listen(): Promise<number> {
    const port = await this.#acceptor.listen(this.#options.listenAddress, this.#options.serverCredentials);
    this.#isListening = true;
    return port;
  }

  start(self: PeerHello, handler: TransportHandler): void {
    if (!this.#isListening)
      throw new Error("the transport does not listen yet: await listen() before start()");
    if (this.#started) throw new Error("the transport was started before");
    const { channelCredentials: credentials, log } = this.#options;
    const events: DialerEvents = {
      onHello: (exchange, hello) => this.#greet(exchange, hello, handler),
      onFrame: (peerNumber, frame) => handler.onFrame(peerNumber, frame),
      onOver: (exchange, ending) => this.#drop(exchange, ending, handler),
      onRefused: (peerNumber, reason) => handler.onRefused(peerNumber, reason),
    };
    this.#started = { dialling: { self, credentials, limits: this.#limits, log }, events };
    this.#acceptor.open(self, events);
    this.#dialPeers();
  }

  setPeers(peers: readonly PeerAddress[]): void {
    this.#peers = peers;
    const listed = new Set(peers.map((peer) => peer.number));
    for (const [number, link] of this.#links) {
      if (!listed.has(number)) link.end(status.ABORTED, "this node is not among the peers any more");
    }
    this.#dialPeers();
  }

  send(peerNumber: number, frame: Uint8Array): void {
    this.#links.get(peerNumber)?.sendFrame(frame);
  }

  queuedBytes(peerNumber: number): number {
    return this.#links.get(peerNumber)?.queuedBytes ?? 0;
  }

  reset(peerNumber: number, reason: string): void {
    this.#links.get(peerNumber)?.end(status.ABORTED, reason);
  }

  close(done: () => void): void {
    this.#isClosed = true;
    for (const dialer of this.#dialers.values()) dialer.close("this node is shutting down");
    this.#dialers.clear();
    for (const link of this.#links.values()) link.end(status.UNAVAILABLE, "this node is shutting down");
    void this.#acceptor.close().then(done);
  }

  /** Brings the dialers in line with the peers. */
  #dialPeers(): void {
    if (this.#started === undefined || this.#isClosed) return;
    const { dialling, events } = this.#started;
    const wanted = new Map<number, PeerAddress>();
    for (const peer of this.#peers) if (peer.number > dialling.self.number) wanted.set(peer.number, peer);
    for (const [number, dialer] of this.#dialers) {
      if (isSamePeer(dialer.peer, wanted.get(number))) continue;
      this.#dialers.delete(number);
      dialer.close("the peer moved or left");
    }
    for (const [number, peer] of wanted) {
      if (!this.#dialers.has(number)) this.#dialers.set(number, new PeerDialer(peer, dialling, events));
    }
  }

  #greet(exchange: Exchange, hello: PeerHello, handler: TransportHandler): Refusal | undefined {
    const reason = handler.onHello(hello);
    if (reason !== undefined) return { code: status.FAILED_PRECONDITION, reason };
    if (this.#isClosed || exchange.isOver) {
      // The handler closed what it was about to accept.
      this.#tellDown(hello.number, handler);
      return { code: status.UNAVAILABLE, reason: "this node is shutting down" };
    }
    const older = this.#links.get(hello.number);
    this.#links.set(hello.number, exchange);
    this.#downs.delete(hello.number);
    older?.end(status.ABORTED, "a newer link replaced this one");
    return undefined;
  }

  #drop(exchange: Exchange, { code, reason }: Ending, handler: TransportHandler): void {
    const number = exchange.peerNumber;
    const wasLink = this.#links.get(number) === exchange;
    const fields = { peerNumber: number, code: status[code], reason };
    this.#options.log[wasLink ? "info" : "debug"](fields, wasLink ? "link to peer is down" : "stream ended");
    if (!wasLink) return;
    this.#links.delete(number);
    this.#tellDown(number, handler);
  }

  /** Tells the handler at the end of this turn, unless a newer link is up by then. */
  #tellDown(number: number, handler: TransportHandler): void {
    this.#downs.add(number);
    process.nextTick(() => {
      if (this.#downs.delete(number)) handler.onDown(number);
    });
  }
}

function isSamePeer(a: PeerAddress, b: PeerAddress | undefined): boolean {
  return a.number === b?.number && a.nodeId === b.nodeId && a.address === b.address;
}
