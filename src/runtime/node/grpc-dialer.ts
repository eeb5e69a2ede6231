/**
 * Keeps dialling one peer until it is closed: one stream after the other, never two at a time, so that no attempt
 * outlives another.
 */
import { status } from "@grpc/grpc-js";
import type { Log } from "../log.js";
import type { PeerAddress } from "../transport.js";
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, nextBackoffMs } from "./grpc-backoff.js";
import type { Ending } from "./grpc-ending.js";
import { type DialSettings, type IncomingEnding, IncomingStream } from "./grpc-incoming-stream.js";

export interface DialerOptions extends DialSettings {
  readonly log: Log;
}

interface DialerEvents {
  /** Which link the next stream is to be half of; "0" for none. */
  nextLinkId(): string;
  /** The present stream has the peer's Hello. */
  onGreeted(): void;
  onFrame(frame: Buffer): void;
  /** The present stream is over, or could not be dialled. */
  onOver(ending: Ending): void;
  /** The peer refused our Hello. */
  onRefused(reason: string): void;
}

export class PeerDialer {
  readonly #peer: PeerAddress;
  readonly #options: DialerOptions;
  readonly #events: DialerEvents;
  #stream: IncomingStream | undefined;
  #redialTimer: NodeJS.Timeout | undefined;
  #backoffMs = BACKOFF_MIN_MS;
  #lastFailure = "";
  #isClosed = false;

  constructor(peer: PeerAddress, options: DialerOptions, events: DialerEvents) {
    this.#peer = peer;
    this.#options = options;
    this.#events = events;
  }

  /** The present stream; undefined between two. */
  get stream(): IncomingStream | undefined {
    return this.#stream;
  }

  /** Dials at once, however long the wait would still be. There must be no present stream. */
  dial(): void {
    clearTimeout(this.#redialTimer);
    try {
      this.#stream = new IncomingStream(this.#peer, this.#events.nextLinkId(), this.#options, {
        onGreeted: () => this.#events.onGreeted(),
        onFrame: (frame) => this.#events.onFrame(frame),
        onOver: (ending) => this.#over(ending),
      });
    } catch (error) {
      // An address that gRPC cannot read. Its peer may still be listed with a better one.
      this.#over({ code: status.INVALID_ARGUMENT, reason: String(error), isAnswer: false, upMs: undefined });
    }
  }

  /** Ends the present stream; the next is dialled after the backoff. */
  hangUp({ code, reason }: Ending): void {
    this.#stream?.end(code, reason);
  }

  /** Ends the present stream, and dials no other. Idempotent. */
  close(ending: Ending): void {
    this.#isClosed = true;
    clearTimeout(this.#redialTimer);
    this.hangUp(ending);
  }

  #over(ending: IncomingEnding): void {
    this.#stream = undefined;
    // Links that come up only to break at once are dialled ever more slowly too.
    if (ending.upMs !== undefined) this.#lastFailure = "";
    if (ending.upMs !== undefined && ending.upMs >= BACKOFF_MAX_MS) this.#backoffMs = BACKOFF_MIN_MS;
    this.#redialLater(ending);
    this.#events.onOver(ending);
    if (ending.isAnswer && ending.code === status.FAILED_PRECONDITION) this.#events.onRefused(ending.reason);
  }

  #redialLater({ code, reason }: Ending): void {
    if (this.#isClosed) return;
    // A peer that is down fails alike every second or two: once is news. What this side ended is none.
    const failure = code === status.UNAVAILABLE ? "unavailable" : reason;
    const level = code === status.ABORTED || failure === this.#lastFailure ? "debug" : "info";
    this.#lastFailure = failure;
    this.#backoffMs = nextBackoffMs(this.#backoffMs, Math.random());
    const { nodeId, address } = this.#peer;
    const fields = { peer: nodeId, address, code: status[code], reason };
    this.#options.log[level](fields, "no stream from peer, dialling again");
    clearTimeout(this.#redialTimer);
    this.#redialTimer = setTimeout(() => this.dial(), this.#backoffMs);
  }
}
