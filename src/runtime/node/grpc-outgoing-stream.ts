/**
 * A stream that a peer dialled: this node hears its Hello, and sends it frames. The peer sends nothing else.
 *
 *   greeting ──Hello──▶ greeted ──other half greeted──▶ up ──▶ over
 *       └──── late, garbage ──▶┴── refused, unpaired, lost ──▶┘
 *
 * Frames wait here and not inside gRPC, one message at a time in its hands: so their bytes can be counted, and so the
 * status that ends a stream need not wait behind megabytes that nobody wants any more.
 */
import { status } from "@grpc/grpc-js";
import { type peer, statusMessage } from "../../wire/index.js";
import type { PeerHello } from "../transport.js";
import type { Ending } from "./grpc-ending.js";
import { decodeHello, encodeHello } from "./grpc-hello.js";
import type { GrpcTransportLimits } from "./grpc-limits.js";

type Outgoing = { readonly hello: peer.Hello } | { readonly frame: Uint8Array };

/** What an accepted stream asks of gRPC. */
interface AcceptedCall {
  /** Calls `written` once the message left this process; never, when the stream ends before. */
  write(message: Outgoing, written: () => void): void;
  end(code: status, reason: string): void;
}

/** Who dialled, and for which link. */
export interface Greeting {
  readonly hello: PeerHello;
  /** A 64-bit number in decimal; "0" for none. */
  readonly linkId: string;
}

export interface OutgoingEvents {
  /** Called once. The stream goes on unless it is ended. */
  onGreeting(stream: OutgoingStream, greeting: Greeting): void;
  /** Called once. */
  onOver(stream: OutgoingStream, ending: Ending): void;
}

/** The head of the queue is cut off in pieces of this size at least, so that taking one message stays cheap. */
const QUEUE_CUT_LENGTH = 1_024;

export class OutgoingStream {
  readonly #call: AcceptedCall;
  readonly #limits: GrpcTransportLimits;
  readonly #events: OutgoingEvents;
  #state: "greeting" | "greeted" | "up" | "over" = "greeting";
  #greeting: Greeting | undefined;
  #timer: NodeJS.Timeout;
  /** Messages that wait, from `#head` on; those before it are gone. */
  #queue: (Outgoing | undefined)[] = [];
  #head = 0;
  #queuedBytes = 0;
  /** The frame bytes in gRPC's hands; undefined when it has none. */
  #writingBytes: number | undefined;

  constructor(call: AcceptedCall, limits: GrpcTransportLimits, events: OutgoingEvents) {
    this.#call = call;
    this.#limits = limits;
    this.#events = events;
    this.#timer = this.#endAfter(limits.helloTimeoutMs, "no Hello");
  }

  /** Undefined before the peer's Hello. */
  get greeting(): Greeting | undefined {
    return this.#greeting;
  }

  /** Bytes of frames that have not left this process. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Answers the peer's Hello. */
  sendHello(hello: PeerHello): void {
    this.#enqueue({ hello: encodeHello(hello) });
  }

  /** The other half is there: frames are welcome. */
  open(): void {
    if (this.isOver) return;
    clearTimeout(this.#timer);
    this.#state = "up";
  }

  /** Queues a frame. One that is too long, or one too many, ends the stream: leaving it out would tear a hole. */
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
  receive({ hello, link }: peer.ExchangeRequest__Output): void {
    if (this.isOver) return;
    if (this.#state !== "greeting")
      return this.end(status.INVALID_ARGUMENT, "the dialling node says Hello once, and nothing after it");
    if (hello === null)
      return this.end(status.INVALID_ARGUMENT, "the first message of a stream must be a Hello");
    const decoded = decodeHello(hello);
    if (typeof decoded === "string") return this.end(status.INVALID_ARGUMENT, decoded);
    clearTimeout(this.#timer);
    this.#timer = this.#endAfter(this.#limits.pairTimeoutMs, "no other half of the link");
    this.#state = "greeted";
    this.#greeting = { hello: decoded, linkId: link };
    this.#events.onGreeting(this, this.#greeting);
  }

  /** The stream ended from outside. */
  ended(code: status, reason: string): void {
    this.#finish({ code, reason });
  }

  /** Ends the stream from this side; the peer is told why. Idempotent. */
  end(code: status, reason: string): void {
    if (this.isOver) return;
    const ending = { code, reason: statusMessage(reason) };
    this.#finish(ending);
    this.#call.end(ending.code, ending.reason);
  }

  #endAfter(delayMs: number, missing: string): NodeJS.Timeout {
    const late = (): void => this.end(status.DEADLINE_EXCEEDED, `${missing} within ${delayMs} ms`);
    return setTimeout(late, delayMs);
  }

  #enqueue(message: Outgoing): void {
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
    this.#call.write(message, this.#written);
  }

  readonly #written = (): void => {
    if (this.isOver) return;
    this.#queuedBytes -= this.#writingBytes ?? 0;
    this.#writingBytes = undefined;
    this.#writeNext();
  };

  #finish(ending: Ending): void {
    if (this.isOver) return;
    this.#state = "over";
    clearTimeout(this.#timer);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#events.onOver(this, ending);
  }
}
