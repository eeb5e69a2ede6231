/**
 * One Exchange stream, seen from either end: first a Hello each way, then frames, until one side or the network ends
 * it.
 *
 *   greeting ──Hello accepted──▶ up ──▶ over
 *       └── refused, late, garbage, lost ──▶┘
 *
 * Frames wait here and not inside gRPC, one message at a time in its hands: so their bytes can be counted, and so the
 * status that ends a stream need not wait behind megabytes that nobody wants any more.
 */
import { status } from "@grpc/grpc-js";
import { type peer, statusMessage } from "../../wire/index.js";
import type { PeerHello } from "../transport.js";
import { decodeHello, encodeHello } from "./grpc-hello.js";
import type { GrpcTransportLimits } from "./grpc-limits.js";

/** What either end can send: ExchangeRequest and ExchangeResponse have the same shape. */
type ExchangeMessage = { readonly hello: peer.Hello } | { readonly frame: Uint8Array };

/** What an exchange asks of its gRPC stream. */
interface ExchangeStream {
  /** Calls `written` once the message left this process; never, when the stream ends before. */
  write(message: ExchangeMessage, written: () => void): void;
  /** Ends the stream. Only a server can say why. */
  end(code: status, reason: string): void;
}

/** A Hello that does not fit. */
export interface Refusal {
  readonly code: status;
  readonly reason: string;
}

/** How an exchange ended. */
export interface Ending extends Refusal {
  readonly wasUp: boolean;
  /** The peer or the network ended it, not this side. */
  readonly isRemote: boolean;
}

export interface ExchangeEvents {
  /** The peer's Hello. Unless refused, the exchange is up once this returns. */
  onHello(exchange: Exchange, hello: PeerHello): Refusal | undefined;
  onFrame(peerNumber: number, frame: Buffer): void;
  /** Called once. */
  onOver(exchange: Exchange, ending: Ending): void;
}

/** The head of the queue is cut off in pieces of this size at least, so that taking one message stays cheap. */
const QUEUE_CUT_LENGTH = 1_024;

export class Exchange {
  readonly #stream: ExchangeStream;
  readonly #limits: GrpcTransportLimits;
  readonly #events: ExchangeEvents;
  readonly #helloTimer: NodeJS.Timeout;
  #state: "greeting" | "up" | "over" = "greeting";
  #peerNumber = 0;
  /** Messages that wait, from `#head` on; those before it are gone. */
  #queue: (ExchangeMessage | undefined)[] = [];
  #head = 0;
  #queuedBytes = 0;
  /** The frame bytes in gRPC's hands; undefined when it has none. */
  #writingBytes: number | undefined;

  constructor(
    stream: ExchangeStream,
    limits: GrpcTransportLimits,
    helloTimeoutMs: number,
    events: ExchangeEvents,
  ) {
    this.#stream = stream;
    this.#limits = limits;
    this.#events = events;
    const late = () => this.end(status.DEADLINE_EXCEEDED, `no Hello within ${helloTimeoutMs} ms`);
    this.#helloTimer = setTimeout(late, helloTimeoutMs);
  }

  /** Bytes of frames that have not left this process. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Who the peer says it is: its member number; 0 before its Hello. */
  get peerNumber(): number {
    return this.#peerNumber;
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  sendHello(hello: PeerHello): void {
    this.#enqueue({ hello: encodeHello(hello) });
  }

  /** Queues a frame. One that is too long, or one too many, ends the exchange: leaving it out would tear a hole. */
  sendFrame(frame: Uint8Array): void {
    if (this.#state !== "up") return;
    const { frameBytes, queueBytes } = this.#limits;
    if (frame.length > frameBytes) {
      this.end(
        status.INTERNAL,
        `a frame of ${frame.length} bytes was to be sent; the limit is ${frameBytes}`,
      );
    } else if (this.#queuedBytes + frame.length > queueBytes) {
      this.end(
        status.RESOURCE_EXHAUSTED,
        `more than ${queueBytes} bytes wait: frames are not taken fast enough`,
      );
    } else {
      this.#queuedBytes += frame.length;
      this.#enqueue({ frame });
    }
  }

  /** A message came in. */
  receive(message: peer.ExchangeRequest__Output): void {
    if (this.#state === "greeting") this.#greet(message);
    else if (this.#state === "up") this.#receiveFrame(message);
  }

  /** The stream ended from outside. */
  ended(code: status, reason: string): void {
    this.#finish(code, reason, true);
  }

  /** Ends the stream from this side. Idempotent. */
  end(code: status, reason: string): void {
    if (this.isOver) return;
    const message = statusMessage(reason);
    this.#finish(code, message, false);
    this.#stream.end(code, message);
  }

  #greet({ body, hello }: peer.ExchangeRequest__Output): void {
    if (body !== "hello" || !hello) {
      this.end(status.INVALID_ARGUMENT, "the first message of a stream must be a Hello");
      return;
    }
    const decoded = decodeHello(hello);
    if (typeof decoded === "string") {
      this.end(status.INVALID_ARGUMENT, decoded);
      return;
    }
    this.#peerNumber = decoded.number;
    const refusal = this.#events.onHello(this, decoded);
    if (refusal !== undefined) {
      this.end(refusal.code, refusal.reason);
    } else if (!this.isOver) {
      clearTimeout(this.#helloTimer);
      this.#state = "up";
    }
  }

  #receiveFrame({ body, frame }: peer.ExchangeRequest__Output): void {
    if (body === "frame" && frame !== undefined) {
      this.#events.onFrame(this.#peerNumber, frame);
    } else {
      this.end(
        status.INVALID_ARGUMENT,
        `a frame was expected, not ${body === "hello" ? "a Hello" : "nothing"}`,
      );
    }
  }

  #enqueue(message: ExchangeMessage): void {
    this.#queue.push(message);
    if (this.#writingBytes === undefined) this.#writeNext();
  }

  #writeNext(): void {
    const message = this.#queue[this.#head];
    if (message === undefined) return;
    this.#queue[this.#head] = undefined;
    this.#head += 1;
    if (this.#head >= QUEUE_CUT_LENGTH && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.#writingBytes = "frame" in message ? message.frame.length : 0;
    this.#stream.write(message, this.#written);
  }

  readonly #written = (): void => {
    if (this.isOver) return;
    this.#queuedBytes -= this.#writingBytes ?? 0;
    this.#writingBytes = undefined;
    this.#writeNext();
  };

  #finish(code: status, reason: string, isRemote: boolean): void {
    if (this.isOver) return;
    const wasUp = this.#state === "up";
    this.#state = "over";
    clearTimeout(this.#helloTimer);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#events.onOver(this, { wasUp, isRemote, code, reason });
  }
}
