/**
 * The listening half of the transport: a gRPC server with the one method, which turns calls into outgoing streams and
 * bounds those that have not said who they are.
 */
import { Server, type ServerCredentials, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { type peer, peerService } from "../../wire/index.js";
import { type GrpcTransportLimits, serverOptions } from "./grpc-limits.js";
import { type OutgoingEvents, OutgoingStream } from "./grpc-outgoing-stream.js";

/** How long a closing server waits for its peers to let go. */
const DRAIN_MS = 1_000;

type ExchangeCall = ServerDuplexStream<peer.ExchangeRequest__Output, peer.ExchangeResponse>;

export class PeerAcceptor {
  readonly #limits: GrpcTransportLimits;
  readonly #server: Server;
  readonly #strangers = new Set<OutgoingStream>();
  /** Undefined until links are welcome. */
  #events: OutgoingEvents | undefined;
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

  /** From now on streams are welcome, and `events` are told of theirs. */
  open(events: OutgoingEvents): void {
    this.#events = {
      onGreeting: (stream, greeting) => {
        this.#strangers.delete(stream);
        events.onGreeting(stream, greeting);
      },
      onOver: (stream, ending) => {
        this.#strangers.delete(stream);
        events.onOver(stream, ending);
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
    const end = (code: status, details: string): void => {
      call.emit("error", { code, details });
    };
    if (this.#events === undefined || this.#closed !== undefined) {
      end(status.UNAVAILABLE, "this node takes no links now: it is starting or shutting down");
      return;
    }
    const accepted = {
      write: (message: peer.ExchangeResponse, written: () => void) => call.write(message, written),
      end,
    };
    const stream = new OutgoingStream(accepted, this.#limits, this.#events);
    this.#admit(stream);
    call.on("data", (message: peer.ExchangeRequest__Output) => stream.receive(message));
    call.on("end", () => stream.end(status.OK, "the peer ended the stream"));
    call.on("cancelled", () => stream.ended(status.CANCELLED, "the peer or the network ended the stream"));
  }

  #admit(stream: OutgoingStream): void {
    this.#strangers.add(stream);
    if (this.#strangers.size <= this.#limits.strangers) return;
    // The oldest, not this one: an honest peer says Hello at once, so a crowd that does not cannot keep it out.
    for (const oldest of this.#strangers) {
      oldest.end(status.RESOURCE_EXHAUSTED, `more than ${this.#limits.strangers} streams without Hello`);
      return;
    }
  }
}
