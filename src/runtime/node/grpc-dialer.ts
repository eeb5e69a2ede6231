/**
 * Keeps dialling one peer until it is closed. Each attempt has a channel of its own, closed before the next: a fresh
 * one resolves the name anew and never sits in a backoff of its own, and no attempt outlives another.
 */
import { type ChannelCredentials, status } from "@grpc/grpc-js";
import { PeerServiceClient, type peer } from "../../wire/index.js";
import type { Log } from "../log.js";
import type { PeerAddress, PeerHello } from "../transport.js";
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, nextBackoffMs } from "./grpc-backoff.js";
import { ClosingCredentials } from "./grpc-closing-credentials.js";
import { type Ending, Exchange, type ExchangeEvents, type Refusal } from "./grpc-exchange.js";
import { channelOptions, type GrpcTransportLimits } from "./grpc-limits.js";

/** From the first packet to the peer's Hello: several round trips, with TLS. */
const DIAL_TIMEOUT_MS = 5_000;

export interface DialerOptions {
  readonly self: PeerHello;
  readonly credentials: ChannelCredentials;
  readonly limits: GrpcTransportLimits;
  readonly log: Log;
}

/** What happens on the exchanges of a dialer, one after the other; and the peer's refusals. */
export interface DialerEvents extends ExchangeEvents {
  onRefused(peerNumber: number, reason: string): void;
}

export class PeerDialer {
  readonly peer: PeerAddress;
  readonly #options: DialerOptions;
  readonly #events: DialerEvents;
  #exchange: Exchange | undefined;
  #redialTimer: NodeJS.Timeout | undefined;
  #backoffMs = BACKOFF_MIN_MS;
  #upSinceMs = 0;
  #lastFailure = "";
  #isClosed = false;

  /** Dials at once. */
  constructor(peer: PeerAddress, options: DialerOptions, events: DialerEvents) {
    this.peer = peer;
    this.#options = options;
    this.#events = events;
    this.#dial();
  }

  /** Ends the present attempt or link, and starts no other. Idempotent. */
  close(reason: string): void {
    this.#isClosed = true;
    clearTimeout(this.#redialTimer);
    this.#exchange?.end(status.CANCELLED, reason);
  }

  #dial(): void {
    const { limits, self } = this.#options;
    const credentials = new ClosingCredentials(this.#options.credentials);
    let client: InstanceType<typeof PeerServiceClient>;
    try {
      client = new PeerServiceClient(this.peer.address, credentials, channelOptions(limits));
    } catch (error) {
      // An address that gRPC cannot read. Its peer may still be listed with a better one.
      this.#redialAfter({ code: status.INVALID_ARGUMENT, reason: String(error) });
      return;
    }
    const call = client.exchange();
    const stream = {
      write: (message: peer.ExchangeRequest, written: () => void) => call.write(message, written),
      end: () => call.cancel(),
    };
    const exchange = new Exchange(stream, limits, DIAL_TIMEOUT_MS, {
      onHello: (greeted, hello) => this.#greeted(greeted, hello),
      onFrame: (peerNumber, frame) => this.#events.onFrame(peerNumber, frame),
      onOver: (over, ending) => {
        client.close();
        credentials.closeSockets();
        this.#over(over, ending);
      },
    });
    this.#exchange = exchange;
    call.on("data", (message: peer.ExchangeResponse__Output) => exchange.receive(message));
    call.on("status", ({ code, details }) => exchange.ended(code, details));
    // The status says the same; without a listener the error would end the process.
    call.on("error", () => undefined);
    exchange.sendHello(self);
  }

  #greeted(exchange: Exchange, hello: PeerHello): Refusal | undefined {
    const { address, nodeId, number } = this.peer;
    if (hello.number !== number || hello.nodeId !== nodeId) {
      const reason = `${address} should be node ${nodeId} (${number}), but is ${hello.nodeId} (${hello.number})`;
      return { code: status.FAILED_PRECONDITION, reason };
    }
    const refusal = this.#events.onHello(exchange, hello);
    if (refusal === undefined) {
      this.#upSinceMs = performance.now();
      this.#lastFailure = "";
    }
    return refusal;
  }

  #over(exchange: Exchange, ending: Ending): void {
    this.#events.onOver(exchange, ending);
    if (ending.wasUp) {
      // Links that come up only to break at once are dialled ever more slowly too.
      if (performance.now() - this.#upSinceMs >= BACKOFF_MAX_MS) this.#backoffMs = BACKOFF_MIN_MS;
    } else if (ending.isRemote && ending.code === status.FAILED_PRECONDITION) {
      this.#events.onRefused(this.peer.number, ending.reason);
    }
    this.#redialAfter(ending);
  }

  #redialAfter({ code, reason }: Refusal): void {
    if (this.#isClosed) return;
    // A peer that is down fails alike every second or two: once is news.
    const failure = code === status.UNAVAILABLE ? "unavailable" : reason;
    const level = failure === this.#lastFailure ? "debug" : "info";
    this.#lastFailure = failure;
    this.#backoffMs = nextBackoffMs(this.#backoffMs, Math.random());
    const fields = { peer: this.peer.nodeId, address: this.peer.address, code: status[code], reason };
    this.#options.log[level](fields, "no link to peer, dialling again");
    this.#redialTimer = setTimeout(() => this.#dial(), this.#backoffMs);
  }
}
