/**
 * The link to one peer: two streams, one for each direction, because only the dialing end of a stream may have a wide
 * receive window (see `grpc-limits.ts`). Each node dials the other, and sends on the stream that it accepted.
 *
 *        lower number: leads                            higher number: follows
 *
 *        incoming  ○────── dial, Hello, link 7 ──────────▶○  outgoing
 *                  │◀───── Hello, frames ─────────────────│
 *        outgoing  ○◀───── dial, Hello, link 7 ───────────○  incoming
 *                  │────── Hello, frames ────────────────▶│
 *
 *        apart ──dial of the leader──▶ half ──both halves have the peer's Hello──▶ up
 *          ▲                            │                                         │
 *          └── either half is over: end the other, tell `onDown` if it was up ────┴
 *
 * Both ends must put the same two streams together, or what one sends on a link that is up reaches the other between
 * two links. So the leader numbers its dials at random, and the follower dials back, at once, with the number that it
 * accepted. A stream is half of one link at most. A link is up at an end only after the other end accepted both
 * streams' Hellos, so no honest frame comes before that.
 *
 * Races: a follower that accepts a newer dial knows that the leader is through with the older one, and drops it. A
 * follower with nothing to answer dials all the same, as link 0, and is turned away: so whoever is refused hears why
 * on its own dial, even when both refuse each other. A peer that restarted cannot know the number of a half that
 * stands from before; and both Hellos must name one instance.
 */
import { randomBytes } from "node:crypto";
import { status } from "@grpc/grpc-js";
import type { PeerAddress, PeerHello } from "../transport.js";
import { type DialerOptions, PeerDialer } from "./grpc-dialer.js";
import type { Ending } from "./grpc-ending.js";
import type { OutgoingStream } from "./grpc-outgoing-stream.js";

/** What a dial says that answers none. */
const NO_LINK = "0";

export interface PairEvents {
  onUp(hello: PeerHello): void;
  onFrame(peerNumber: number, frame: Buffer): void;
  /** Called once for each `onUp`; also from within `end`, `send` and `close`. */
  onDown(peerNumber: number): void;
  onRefused(peerNumber: number, reason: string): void;
}

export class PairLink {
  readonly peer: PeerAddress;
  readonly #options: DialerOptions;
  readonly #events: PairEvents;
  readonly #isLeader: boolean;
  readonly #dialer: PeerDialer;
  #outgoing: OutgoingStream | undefined;
  #isUp = false;

  /** Dials at once. */
  constructor(peer: PeerAddress, options: DialerOptions, events: PairEvents) {
    this.peer = peer;
    this.#options = options;
    this.#events = events;
    this.#isLeader = options.self.number < peer.number;
    this.#dialer = new PeerDialer(peer, options, {
      nextLinkId: () => this.#nextLinkId(),
      onGreeted: () => this.#join(),
      onFrame: (frame) => events.onFrame(peer.number, frame),
      onOver: (ending) => this.end(ending),
      onRefused: (reason) => events.onRefused(peer.number, reason),
    });
    this.#dialer.dial();
  }

  get queuedBytes(): number {
    return this.#outgoing?.queuedBytes ?? 0;
  }

  send(frame: Uint8Array): void {
    if (this.#isUp) this.#outgoing?.sendFrame(frame);
  }

  /** The peer dialled, and its Hello was not refused. */
  accept(stream: OutgoingStream, linkId: string): void {
    if (!this.#isLeader) {
      this.end({ code: status.ABORTED, reason: "the peer dialled anew" });
    } else if (this.#outgoing !== undefined || this.#dialer.stream?.linkId !== linkId) {
      stream.end(
        status.UNAVAILABLE,
        `this is no answer to the present dial of member ${this.#options.self.number}`,
      );
      return;
    }
    this.#outgoing = stream;
    stream.sendHello(this.#options.self);
    if (!this.#isLeader) this.#dialer.dial();
    this.#join();
  }

  /** A stream is over that may have been accepted here. */
  outgoingOver(stream: OutgoingStream, ending: Ending): void {
    if (stream === this.#outgoing) this.end(ending);
  }

  /** Ends both halves, or the one that there is; the link is dialled again. */
  end(ending: Ending): void {
    const { nodeId: peer, number } = this.peer;
    const [outgoing, wasUp] = [this.#outgoing, this.#isUp];
    this.#outgoing = undefined;
    this.#isUp = false;
    outgoing?.end(toldCode(ending.code), ending.reason);
    this.#dialer.hangUp(ending);
    if (!wasUp) return;
    this.#options.log.info(
      { peer, code: status[ending.code], reason: ending.reason },
      "link to peer is down",
    );
    this.#events.onDown(number);
  }

  /** Ends what there is and dials no more. */
  close(ending: Ending): void {
    this.#dialer.close(ending);
    this.end(ending);
  }

  #nextLinkId(): string {
    if (this.#isLeader) return randomBytes(8).readBigUInt64LE().toString();
    return this.#outgoing?.greeting?.linkId ?? NO_LINK;
  }

  /** The link is up once both halves have the peer's Hello. */
  #join(): void {
    const [incoming, outgoing] = [this.#dialer.stream, this.#outgoing];
    const hello = outgoing?.greeting?.hello;
    if (outgoing === undefined || hello === undefined || incoming?.hello === undefined) return;
    if (incoming.hello.instance !== hello.instance) {
      this.end({ code: status.ABORTED, reason: "the two halves of the link are of two processes" });
      return;
    }
    incoming.open();
    outgoing.open();
    this.#isUp = true;
    this.#events.onUp(hello);
  }
}

/** The peer of a link that ended because we were refused was not refused itself. */
function toldCode(code: status): status {
  return code === status.FAILED_PRECONDITION ? status.ABORTED : code;
}
