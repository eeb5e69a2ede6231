/**
 * The real transport: gRPC streams, two for each pair of nodes, which `PairLink` makes into one link.
 *
 * Callbacks never come inside a call of the transport's own methods, so a caller that goes through its peers is not
 * surprised halfway.
 */
import { type ChannelCredentials, type ServerCredentials, status } from "@grpc/grpc-js";
import type { Log } from "../log.js";
import type { PeerAddress, PeerHello, Transport, TransportHandler } from "../transport.js";
import { PeerAcceptor } from "./grpc-acceptor.js";
import type { DialerOptions } from "./grpc-dialer.js";
import type { Ending } from "./grpc-ending.js";
import { DEFAULT_TRANSPORT_LIMITS, type GrpcTransportLimits } from "./grpc-limits.js";
import type { Greeting, OutgoingStream } from "./grpc-outgoing-stream.js";
import { type PairEvents, PairLink } from "./grpc-pair-link.js";

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
  readonly handler: TransportHandler;
  readonly events: PairEvents;
}

const SHUTTING_DOWN: Ending = { code: status.UNAVAILABLE, reason: "this node is shutting down" };

export class GrpcTransport implements Transport {
  readonly #options: GrpcTransportOptions;
  readonly #limits: GrpcTransportLimits;
  readonly #acceptor: PeerAcceptor;
  /** By member number. */
  readonly #pairs = new Map<number, PairLink>();
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
    const events: PairEvents = {
      onUp: (hello) => handler.onUp(hello),
      onFrame: (peerNumber, frame) => handler.onFrame(peerNumber, frame),
      onDown: (peerNumber) => process.nextTick(() => handler.onDown(peerNumber)),
      onRefused: (peerNumber, reason) => handler.onRefused(peerNumber, reason),
    };
    const started = { dialling: { self, credentials, limits: this.#limits, log }, handler, events };
    this.#started = started;
    this.#acceptor.open({
      onGreeting: (stream, greeting) => this.#greet(stream, greeting, started),
      onOver: (stream, ending) => {
        log.debug({ ...ending, peer: stream.greeting?.hello.nodeId }, "a peer's stream ended");
        this.#pairs.get(stream.greeting?.hello.number ?? 0)?.outgoingOver(stream, ending);
      },
    });
    this.#dialPeers();
  }

  setPeers(peers: readonly PeerAddress[]): void {
    this.#peers = peers;
    this.#dialPeers();
  }

  send(peerNumber: number, frame: Uint8Array): void {
    this.#pairs.get(peerNumber)?.send(frame);
  }

  queuedBytes(peerNumber: number): number {
    return this.#pairs.get(peerNumber)?.queuedBytes ?? 0;
  }

  reset(peerNumber: number, reason: string): void {
    this.#pairs.get(peerNumber)?.end({ code: status.ABORTED, reason });
  }

  close(done: () => void): void {
    this.#isClosed = true;
    for (const pair of this.#pairs.values()) pair.close(SHUTTING_DOWN);
    this.#pairs.clear();
    void this.#acceptor.close().then(done);
  }

  /** Brings the links in line with the peers. */
  #dialPeers(): void {
    if (this.#started === undefined || this.#isClosed) return;
    const { dialling, events } = this.#started;
    const wanted = new Map<number, PeerAddress>();
    for (const peer of this.#peers) if (peer.number !== dialling.self.number) wanted.set(peer.number, peer);
    for (const [number, pair] of this.#pairs) {
      if (isSamePeer(pair.peer, wanted.get(number))) continue;
      this.#pairs.delete(number);
      pair.close({ code: status.ABORTED, reason: "the peer moved, or is not among the peers any more" });
    }
    for (const [number, peer] of wanted) {
      if (!this.#pairs.has(number)) this.#pairs.set(number, new PairLink(peer, dialling, events));
    }
  }

  #greet(stream: OutgoingStream, { hello, linkId }: Greeting, { dialling, handler }: Started): void {
    const { number, nodeId } = hello;
    if (number === dialling.self.number)
      return stream.end(
        status.FAILED_PRECONDITION,
        `node ${nodeId} says that it is member ${number}, as this node is`,
      );
    const refusal = handler.onHello(hello);
    if (refusal !== undefined) return stream.end(status.FAILED_PRECONDITION, refusal);
    // The handler may have closed what it was about to accept.
    if (this.#isClosed) return stream.end(SHUTTING_DOWN.code, SHUTTING_DOWN.reason);
    const pair = this.#pairs.get(number);
    if (pair === undefined)
      return stream.end(status.UNAVAILABLE, `member ${number} is not among this node's peers`);
    pair.accept(stream, linkId);
  }
}

function isSamePeer(a: PeerAddress, b: PeerAddress | undefined): boolean {
  return a.number === b?.number && a.nodeId === b.nodeId && a.address === b.address;
}
