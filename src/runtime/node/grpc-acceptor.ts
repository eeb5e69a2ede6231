/**
 * The listening half of the transport: a gRPC server with the one method, which turns calls into exchanges and bounds
 * those that have not said who they are.
 */
import { Server, type ServerCredentials, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { type peer, peerService } from "../../wire/index.js";
import type { PeerHello } from "../transport.js";
import { Exchange, type ExchangeEvents, type Refusal } from "./grpc-exchange.js";
import { type GrpcTransportLimits, serverOptions } from "./grpc-limits.js";

/** How long a closing server waits for its peers to let go. */
const DRAIN_MS = 1_000;

type ExchangeCall = ServerDuplexStream<peer.ExchangeRequest__Output, peer.ExchangeResponse>;

export class PeerAcceptor {
  readonly #limits: GrpcTransportLimits;
  readonly #server: Server;
  readonly #strangers = new Set<Exchange>();
  /** Undefined until links are welcome. */
  #events: ExchangeEvents | undefined;
  #listening: Promise<number> | undefined;
  #closed: Promise<void> | undefined;

  constructor(limits: GrpcTransportLimits) {
    this.#limits = limits;
    this.#server = new Server(serverOptions(limits));
    const handlers: peer.PeerServiceHandlers = { Exchange: (call) => this.#accept(call) };
    this.#server.addService(peerService, handlers);
  }

  /** Binds `address` and resolves to its port. Rejects when the address cannot be had. */
  listen(address: string, credentials: ServerCredentials): Promise<number> {
    this.#listening ??= new Promise((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (error, port) => {
        if (error === null) resolve(port);
        else reject(new Error(`cannot listen for peers on ${address}: ${error.message}`, { cause: error }));
      });
    });
    return this.#listening;
  }

  /** From now on streams are welcome: `events` of theirs are told, and `self` answers a Hello that was not refused. */
  open(self: PeerHello, events: ExchangeEvents): void {
    this.#events = {
      onHello: (exchange, hello) => {
        this.#strangers.delete(exchange);
        const refusal = wrongDirection(self, hello) ?? events.onHello(exchange, hello);
        if (refusal === undefined) exchange.sendHello(self);
        return refusal;
      },
      onFrame: (peerNumber, frame) => events.onFrame(peerNumber, frame),
      onOver: (exchange, ending) => {
        this.#strangers.delete(exchange);
        events.onOver(exchange, ending);
      },
    };
  }

  /** Ends what has not said Hello, waits for the rest to end, and cuts it off after a second. */
  close(): Promise<void> {
    this.#closed ??= this.#drain();
    return this.#closed;
  }

  async #drain(): Promise<void> {
    for (const stranger of this.#strangers) stranger.end(status.UNAVAILABLE, "this node is shutting down");
    await this.#listening?.catch(() => undefined);
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => {
        this.#server.forceShutdown();
        setImmediate(resolve);
      }, DRAIN_MS);
      this.#server.tryShutdown(() => {
        clearTimeout(force);
        resolve();
      });
    });
  }

  #accept(call: ExchangeCall): void {
    const stream = {
      write: (message: peer.ExchangeResponse, written: () => void) => call.write(message, written),
      end: (code: status, details: string) => call.emit("error", { code, details }),
    };
    if (this.#events === undefined || this.#closed !== undefined) {
      stream.end(status.UNAVAILABLE, "this node takes no links now: it is starting or shutting down");
      return;
    }
    const exchange = new Exchange(stream, this.#limits, this.#limits.helloTimeoutMs, this.#events);
    this.#admit(exchange);
    call.on("data", (message: peer.ExchangeRequest__Output) => exchange.receive(message));
    call.on("end", () => exchange.end(status.OK, "the peer ended the stream"));
    call.on("cancelled", () => exchange.ended(status.CANCELLED, "the peer or the network ended the stream"));
  }

  #admit(exchange: Exchange): void {
    this.#strangers.add(exchange);
    if (this.#strangers.size <= this.#limits.strangers) return;
    // The oldest, not this one: an honest peer says Hello at once, so a crowd that does not cannot keep it out.
    for (const oldest of this.#strangers) {
      oldest.end(status.RESOURCE_EXHAUSTED, `more than ${this.#limits.strangers} streams without Hello`);
      return;
    }
  }
}

/** Each pair of nodes has one dialer, or both would keep replacing each other's link. */
function wrongDirection(self: PeerHello, hello: PeerHello): Refusal | undefined {
  if (hello.number < self.number) return undefined;
  const reason = `node ${hello.nodeId} is member ${hello.number} and dialled member ${self.number}, which dials it`;
  return { code: status.FAILED_PRECONDITION, reason };
}
