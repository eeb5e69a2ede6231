/**
 * The transport of one simulated process. Like the real one it dials again and again, keeps one link a peer, and calls
 * its handler never inside its own methods. A link is one here and not two halves, which behave alike: dialled by the
 * lower number, it is up at that end first. Of two that refuse each other only the dialling one is told; so the higher
 * number, when nobody has dialled it for long, knocks: it sends a Hello that is answered by a refusal, or not at all.
 */
import type { PeerAddress, PeerHello, Transport, TransportHandler } from "../transport.js";
import type { LinkEnd, LinkMessage } from "./simulated-link.js";
import type { SimulatedTimers } from "./simulated-timers.js";

const REDIAL_MS = 200;
/** A Hello that was not answered for so long is given up. */
const DIAL_TIMEOUT_MS = 3_000;
const KNOCK_MS = 2_000;
/** As with the real transport, a longer frame or a longer queue costs the link. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
const MAX_STALLED_BYTES = 64 * 1024 * 1024;

/** What a transport asks of the network that it is plugged into. */
export interface NetworkPort {
  /** Makes this the transport of its number, which listens from now on. */
  plugIn(transport: SimulatedTransport): void;
  unplug(transport: SimulatedTransport): void;
  /** A new link towards `peerNumber`, its Hello not sent yet; undefined when a direction between the two is cut. */
  open(number: number, peerNumber: number): LinkEnd | undefined;
  readonly nowMs: number;
  /** Shown each frame as it is delivered. */
  readonly onFrame: FrameWatcher | undefined;
}

export type FrameWatcher = (from: number, to: number, frame: Buffer) => void;

interface Running {
  readonly self: PeerHello;
  readonly handler: TransportHandler;
}

export class SimulatedTransport implements Transport {
  readonly number: number;
  readonly #port: NetworkPort;
  readonly #process: SimulatedTimers;
  readonly #links = new Map<number, LinkEnd>();
  #peers: readonly PeerAddress[] = [];
  #running: Running | undefined;
  #isClosed = false;
  /** When a peer with a lower number was last linked with us, or knocked at. */
  readonly #heardAtMs = new Map<number, number>();
  #stopDialling: () => void = () => undefined;

  constructor(number: number, port: NetworkPort, process: SimulatedTimers) {
    this.number = number;
    this.#port = port;
    this.#process = process;
  }

  start(self: PeerHello, handler: TransportHandler): void {
    if (self.number !== this.number) {
      throw new Error(`the transport of node ${this.number} was started as node ${self.number}`);
    }
    this.#running = { self, handler };
    this.#port.plugIn(this);
    const dialling = this.#process.every(REDIAL_MS, () => this.#dialMissing());
    this.#stopDialling = () => dialling.cancel();
    this.#dialMissing();
  }

  setPeers(peers: readonly PeerAddress[]): void {
    this.#peers = peers;
    for (const number of [...this.#links.keys()]) {
      if (!peers.some((peer) => peer.number === number)) {
        this.reset(number);
      }
    }
    this.#dialMissing();
  }

  send(peerNumber: number, frame: Uint8Array): void {
    const link = this.#links.get(peerNumber);
    if (link?.state !== "up") {
      return;
    }
    link.send({ kind: "frame", frame: Buffer.from(frame) });
    if (frame.length > MAX_FRAME_BYTES || link.stalledBytes > MAX_STALLED_BYTES) {
      this.reset(peerNumber);
    }
  }

  queuedBytes(peerNumber: number): number {
    return this.#links.get(peerNumber)?.stalledBytes ?? 0;
  }

  reset(peerNumber: number): void {
    const link = this.#links.get(peerNumber);
    if (link === undefined) {
      return;
    }
    if (this.#drop(link)) {
      this.#process.endOfTurn(() => this.#running?.handler.onDown(peerNumber));
    }
  }

  close(done: () => void): void {
    this.#isClosed = true;
    this.#stopDialling();
    for (const peerNumber of [...this.#links.keys()]) {
      this.reset(peerNumber);
    }
    this.#port.unplug(this);
    this.#process.endOfTurn(done);
  }

  /** Its process has ended; peers learn of it unless the machine is down, too. */
  crash(isMachineDown: boolean): void {
    this.#isClosed = true;
    this.#port.unplug(this);
    for (const link of this.#links.values()) {
      if (isMachineDown) {
        link.vanish();
      } else {
        link.close();
      }
    }
    this.#links.clear();
  }

  /** The link with a peer, whatever its state. */
  linkWith(peerNumber: number): LinkEnd | undefined {
    return this.#links.get(peerNumber);
  }

  /** A message arrived for `end`, which belongs to this node, though perhaps to an earlier process of it. */
  receive(end: LinkEnd, message: LinkMessage): void {
    this.#process.deliver(() => {
      if (end.state !== "closed" && !this.#isClosed && this.#running !== undefined) {
        this.#handle(end, message, this.#running);
      } else if (message.kind !== "gone") {
        end.sever();
      }
    });
  }

  #handle(end: LinkEnd, message: LinkMessage, { self, handler }: Running): void {
    switch (message.kind) {
      case "hello":
        this.#greet(end, message.hello, { self, handler });
        break;
      case "linked":
        this.#up(end, handler);
        break;
      case "frame":
        this.#port.onFrame?.(end.peerNumber, this.number, message.frame);
        handler.onFrame(end.peerNumber, message.frame);
        break;
      case "refused":
        this.#drop(end);
        handler.onRefused(end.peerNumber, message.reason);
        break;
      case "gone":
        if (this.#drop(end)) {
          handler.onDown(end.peerNumber);
        }
    }
  }

  #greet(end: LinkEnd, hello: PeerHello, { self, handler }: Running): void {
    const refusal = handler.onHello(hello);
    const isKnock = this.#hasDialled(end) && this.#links.get(end.peerNumber) !== end;
    if (isKnock && refusal === undefined) {
      end.close();
      return;
    }
    if (refusal !== undefined) {
      end.send({ kind: "refused", reason: refusal });
      this.#forget(end);
      return;
    }
    if (this.#isClosed || end.state === "closed") {
      // The handler closed what it was about to accept.
      this.#drop(end);
      return;
    }
    end.hello = hello;
    if (this.#hasDialled(end)) {
      end.send({ kind: "linked" });
      this.#up(end, handler);
    } else {
      this.reset(end.peerNumber);
      this.#links.set(end.peerNumber, end);
      end.send({ kind: "hello", hello: self });
    }
  }

  #up(end: LinkEnd, handler: TransportHandler): void {
    if (end.hello !== undefined) {
      end.state = "up";
      handler.onUp(end.hello);
    }
  }

  #hasDialled(end: LinkEnd): boolean {
    return this.number < end.peerNumber;
  }

  /** Closes `end`; says whether it was up. */
  #drop(end: LinkEnd): boolean {
    const wasUp = end.state === "up";
    end.close();
    this.#forget(end);
    return wasUp;
  }

  #forget(end: LinkEnd): void {
    end.state = "closed";
    if (this.#links.get(end.peerNumber) === end) {
      this.#links.delete(end.peerNumber);
    }
  }

  #dialMissing(): void {
    if (this.#running === undefined || this.#isClosed) {
      return;
    }
    for (const { number } of this.#peers) {
      if (number <= this.number) {
        this.#knock(number, this.#running.self);
        continue;
      }
      const link = this.#links.get(number);
      if (link?.state === "dialling" && this.#port.nowMs - link.openedAtMs >= DIAL_TIMEOUT_MS) {
        this.#drop(link);
      } else if (link === undefined) {
        this.#dial(number, this.#running.self);
      }
    }
  }

  #knock(peerNumber: number, hello: PeerHello): void {
    const { nowMs } = this.#port;
    const heardAtMs = this.#heardAtMs.get(peerNumber);
    if (heardAtMs === undefined || this.#links.has(peerNumber)) {
      this.#heardAtMs.set(peerNumber, nowMs);
    } else if (nowMs - heardAtMs >= KNOCK_MS) {
      this.#heardAtMs.set(peerNumber, nowMs);
      this.#port.open(this.number, peerNumber)?.send({ kind: "hello", hello });
    }
  }

  #dial(peerNumber: number, self: PeerHello): void {
    const link = this.#port.open(this.number, peerNumber);
    if (link !== undefined) {
      this.#links.set(peerNumber, link);
      link.send({ kind: "hello", hello: self });
    }
  }
}
