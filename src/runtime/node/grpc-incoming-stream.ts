/**
 * A stream that this node dialled: it sends its Hello, hears the peer's, and takes frames. Each has a channel of its
 * own, closed with it: a fresh one resolves the name anew and never sits in a backoff of its own.
 *
 *   dialling ──Hello──▶ greeted ──other half greeted──▶ up ──▶ over
 *       └── refused, late, garbage ──▶┴── unpaired, lost ──▶┘
 */
import { type ChannelCredentials, status } from "@grpc/grpc-js";
import { PeerServiceClient, type peer } from "../../wire/index.js";
import type { PeerAddress, PeerHello } from "../transport.js";
import { ClosingCredentials } from "./grpc-closing-credentials.js";
import type { Ending } from "./grpc-ending.js";
import { decodeHello, encodeHello } from "./grpc-hello.js";
import { channelOptions, DIAL_TIMEOUT_MS, type GrpcTransportLimits } from "./grpc-limits.js";

export interface DialSettings {
  readonly self: PeerHello;
  readonly credentials: ChannelCredentials;
  readonly limits: GrpcTransportLimits;
}

export interface IncomingEnding extends Ending {
  /** The peer answered the Hello with this status: it refuses it when the code is FAILED_PRECONDITION. */
  readonly isAnswer: boolean;
  /** How long the stream was up; undefined when it never was. */
  readonly upMs: number | undefined;
}

interface IncomingEvents {
  /** Called once. The stream goes on unless it is ended. */
  onGreeted(): void;
  /** Called only while the stream is up. The bytes are the receiver's to keep. */
  onFrame(frame: Buffer): void;
  /** Called once. */
  onOver(ending: IncomingEnding): void;
}

export class IncomingStream {
  /** Which link it is to be half of; "0" for none. */
  readonly linkId: string;
  readonly #peer: PeerAddress;
  readonly #events: IncomingEvents;
  readonly #pairTimeoutMs: number;
  readonly #hangUp: () => void;
  #state: "dialling" | "greeted" | "up" | "over" = "dialling";
  #hello: PeerHello | undefined;
  #timer: NodeJS.Timeout;
  #upSinceMs: number | undefined;

  /** Dials. Throws when gRPC cannot read the address. */
  constructor(peer: PeerAddress, linkId: string, settings: DialSettings, events: IncomingEvents) {
    this.#peer = peer;
    this.linkId = linkId;
    this.#events = events;
    this.#pairTimeoutMs = settings.limits.pairTimeoutMs;
    const credentials = new ClosingCredentials(settings.credentials);
    const client = new PeerServiceClient(peer.address, credentials, channelOptions(settings.limits));
    const call = client.exchange();
    this.#hangUp = () => {
      call.cancel();
      client.close();
      credentials.closeSockets();
    };
    this.#timer = this.#endAfter(DIAL_TIMEOUT_MS, "no Hello");
    call.on("data", (message: peer.ExchangeResponse__Output) => this.#receive(message));
    call.on("status", ({ code, details }) => this.#finish(code, details, this.#state === "dialling"));
    // The status says the same; without a listener the error would end the process.
    call.on("error", () => undefined);
    call.write({ hello: encodeHello(settings.self), link: linkId });
  }

  /** The peer's Hello; undefined before it. */
  get hello(): PeerHello | undefined {
    return this.#hello;
  }

  /** The other half is there: frames are welcome. */
  open(): void {
    if (this.#state !== "greeted") return;
    clearTimeout(this.#timer);
    this.#state = "up";
    this.#upSinceMs = performance.now();
  }

  /** Hangs up; only this side's log learns why. Idempotent. */
  end(code: status, reason: string): void {
    this.#finish(code, reason, false);
  }

  #receive({ body, hello, frame }: peer.ExchangeResponse__Output): void {
    if (this.#state === "dialling") {
      if (body === "hello" && hello) this.#greet(hello);
      else this.end(status.INVALID_ARGUMENT, "the first message of a stream must be a Hello");
    } else if (this.#state === "greeted") {
      this.end(status.INVALID_ARGUMENT, "nothing was expected before the other half of the link");
    } else if (this.#state === "up") {
      if (body === "frame" && frame !== undefined) this.#events.onFrame(frame);
      else this.end(status.INVALID_ARGUMENT, `a frame was expected, not ${body ?? "nothing"}`);
    }
  }

  #greet(message: peer.Hello__Output): void {
    const hello = decodeHello(message);
    if (typeof hello === "string") return this.end(status.INVALID_ARGUMENT, hello);
    const { address, nodeId, number } = this.#peer;
    if (hello.number !== number || hello.nodeId !== nodeId) {
      const found = `node ${hello.nodeId} (${hello.number})`;
      return this.end(
        status.FAILED_PRECONDITION,
        `${address} should be node ${nodeId} (${number}), but is ${found}`,
      );
    }
    clearTimeout(this.#timer);
    this.#timer = this.#endAfter(this.#pairTimeoutMs, "no other half of the link");
    this.#state = "greeted";
    this.#hello = hello;
    this.#events.onGreeted();
  }

  #endAfter(delayMs: number, missing: string): NodeJS.Timeout {
    const late = (): void => this.end(status.DEADLINE_EXCEEDED, `${missing} within ${delayMs} ms`);
    return setTimeout(late, delayMs);
  }

  #finish(code: status, reason: string, isAnswer: boolean): void {
    if (this.#state === "over") return;
    this.#state = "over";
    clearTimeout(this.#timer);
    this.#hangUp();
    const upMs = this.#upSinceMs === undefined ? undefined : performance.now() - this.#upSinceMs;
    this.#events.onOver({ code, reason, isAnswer, upMs });
  }
}
