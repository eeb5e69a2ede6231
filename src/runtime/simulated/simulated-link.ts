/**
 * One link between two nodes: two ends, and a lane from each to the other. Hellos, frames and the news that an end
 * is gone travel on the same lanes, so cuts and delays touch all of them alike.
 *
 *   dialling ──hello each way, accepted──▶ up ──reset, refusal, crash, replaced──▶ closed
 *
 * The dialling end is up once it accepted the other's Hello, and says so; that brings the other end up.
 */
import type { PeerHello } from "../transport.js";
import { Lane, type NetworkPath } from "./network-path.js";

export type LinkMessage =
  | { readonly kind: "hello"; readonly hello: PeerHello }
  | { readonly kind: "linked" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "frame"; readonly frame: Buffer }
  /** The other end is closed. */
  | { readonly kind: "gone" };

/** Hands a message to the node where it arrived. */
type Arrive = (at: LinkEnd, message: LinkMessage) => void;

export class LinkEnd {
  /** The node that it belongs to, and the one at the other end. */
  readonly number: number;
  readonly peerNumber: number;
  readonly openedAtMs: number;
  state: "dialling" | "up" | "closed" = "dialling";
  /** The peer's, once it was accepted. */
  hello: PeerHello | undefined;
  readonly #lane: Lane;
  readonly #deliver: (message: LinkMessage) => void;

  constructor(
    number: number,
    peerNumber: number,
    path: NetworkPath,
    deliver: (message: LinkMessage) => void,
  ) {
    this.number = number;
    this.peerNumber = peerNumber;
    this.openedAtMs = path.time.nowMs;
    this.#lane = new Lane(path);
    this.#deliver = deliver;
  }

  get stalledBytes(): number {
    return this.#lane.stalledBytes;
  }

  send(message: LinkMessage): void {
    this.#lane.send({
      bytes: message.kind === "frame" ? message.frame.length : 0,
      deliver: () => this.#deliver(message),
    });
  }

  /** Closes this end. The other one learns of it, behind whatever is not lost. */
  close(): void {
    this.state = "closed";
    this.sever();
  }

  /** Its machine lost its power: the other end learns nothing until the machine is back and is sent something. */
  vanish(): void {
    this.state = "closed";
    this.#lane.loseSuffix();
  }

  /** Sends nothing more. The end itself stays as it is, as when a device between the two drops the connection. */
  sever(): void {
    this.#lane.sever({ bytes: 0, deliver: () => this.#deliver({ kind: "gone" }) });
  }
}

/** A link that `from` dials: its own end, and the one that waits for the Hello. */
export function makeLink(
  from: number,
  to: number,
  paths: { readonly there: NetworkPath; readonly back: NetworkPath },
  arrive: Arrive,
): LinkEnd {
  const dialling = new LinkEnd(from, to, paths.there, (message) => arrive(waiting, message));
  const waiting = new LinkEnd(to, from, paths.back, (message) => arrive(dialling, message));
  return dialling;
}
