/**
 * One direction of one TCP connection through a link. What its source sends (bytes, then the end of the stream or a
 * reset) reaches its destination in order, no sooner than the link allows. Nothing is ever dropped while both ends
 * live: when the link is cut, or slower than the source, the pipe stops reading and the source's own kernel makes it
 * wait.
 *
 *     source ──read──▶ [ parcels, bounded in bytes ] ──when due, if not cut──▶ destination
 */
import type { Socket } from "node:net";
import type { Link } from "./link.js";

/** Read and held even when nothing moves: enough to notice that a source closed. */
const STALLED_LIMIT_BYTES = 64 * 1024;
/** Read and held while bytes move, beside what a long path has on its way. */
const MOVING_LIMIT_BYTES = 256 * 1024;
/** A source is not read while the bottleneck has this much ahead of it: long enough to never run dry between timers. */
const BACKLOG_LIMIT_MS = 20;
/** What a parcel costs beside its bytes, so that very small ones are bounded too. */
const PARCEL_OVERHEAD_BYTES = 256;

type Parcel =
  | { readonly kind: "bytes"; readonly dueMs: number; readonly bytes: Buffer }
  | { readonly kind: "end" | "reset"; readonly dueMs: number };

export class Pipe {
  readonly #source: Socket;
  readonly #link: Link;
  readonly #limitBytes: number;
  #destination: Socket | undefined;
  #parcels: Parcel[] = [];
  #heldBytes = 0;
  /** No parcel is due before this: when a link heals, what it held still has the whole way to go. */
  #earliestMs = 0;
  #finished: "no" | "end" | "reset" = "no";
  #discarding = false;
  #draining = false;
  #deliverTimer: NodeJS.Timeout | undefined;
  #readTimer: NodeJS.Timeout | undefined;
  readonly #unwatch: () => void;

  constructor(source: Socket, link: Link) {
    this.#source = source;
    this.#link = link;
    const onTheWay = link.bandwidth.bytesIn(link.longestDelayMs + BACKLOG_LIMIT_MS);
    this.#limitBytes = MOVING_LIMIT_BYTES + (Number.isFinite(onTheWay) ? onTheWay : 0);
    this.#unwatch = link.watch(() => this.#linkTurned());
    source.on("data", (bytes: Buffer) => this.#accept(bytes));
    source.once("end", () => this.#finish("end"));
    source.once("close", (failed: boolean) => {
      if (failed) this.#finish("reset");
    });
  }

  /** Gives the pipe its other end. What it holds leaves now. */
  open(destination: Socket): void {
    this.#destination = destination;
    destination.on("drain", () => {
      this.#draining = false;
      this.#deliver();
    });
    destination.once("close", () => this.#discard());
    this.#leaveNow();
  }

  /** Forgets everything; the sockets are the owner's to destroy. */
  close(): void {
    this.#discard();
    this.#unwatch();
  }

  #accept(bytes: Buffer): void {
    if (this.#discarding) return;
    this.#push({ kind: "bytes", dueMs: this.#link.arrivalMs(performance.now(), bytes.length), bytes });
    this.#deliver();
    this.#regulate();
  }

  #finish(kind: "end" | "reset"): void {
    if (this.#discarding || this.#finished === "reset") return;
    this.#finished = kind;
    this.#push({ kind, dueMs: this.#link.arrivalMs(performance.now(), 0) });
    this.#deliver();
  }

  #push(parcel: Parcel): void {
    this.#parcels.push(parcel);
    this.#heldBytes += costOf(parcel);
  }

  /**
   * Hands over what is due, then waits for what is next: time, the destination, or the link. A parcel that is not due
   * holds up those behind it, which keeps them in order however their delays differ.
   */
  #deliver(): void {
    clearTimeout(this.#deliverTimer);
    this.#deliverTimer = undefined;
    const destination = this.#destination;
    if (destination === undefined || this.#link.isCut || this.#draining) return;
    let delivered = 0;
    for (const parcel of this.#parcels) {
      const waitMs = Math.max(parcel.dueMs, this.#earliestMs) - performance.now();
      if (waitMs > 0) {
        this.#deliverTimer = setTimeout(() => this.#deliver(), Math.ceil(waitMs));
        break;
      }
      delivered += 1;
      this.#heldBytes -= costOf(parcel);
      this.#handOver(parcel, destination);
      if (this.#draining) break;
    }
    // Handing over a reset discards everything, and with it the parcels.
    if (delivered > 0) this.#parcels.splice(0, delivered);
    this.#regulate();
  }

  #handOver(parcel: Parcel, destination: Socket): void {
    if (parcel.kind === "bytes") {
      if (destination.writable && !destination.write(parcel.bytes)) this.#draining = true;
    } else if (parcel.kind === "end") {
      destination.end();
    } else if (destination.connecting) {
      destination.destroy();
    } else {
      destination.resetAndDestroy();
    }
  }

  /** Reads the source only while there is room for more. */
  #regulate(): void {
    clearTimeout(this.#readTimer);
    this.#readTimer = undefined;
    if (this.#discarding || this.#finished !== "no") return;
    const stalled = this.#link.isCut || this.#destination === undefined;
    const backlogMs = this.#link.bandwidth.backlogMs(performance.now());
    if (this.#heldBytes >= (stalled ? STALLED_LIMIT_BYTES : this.#limitBytes)) {
      this.#source.pause();
    } else if (backlogMs > BACKLOG_LIMIT_MS) {
      this.#source.pause();
      this.#readTimer = setTimeout(() => this.#regulate(), Math.ceil(backlogMs - BACKLOG_LIMIT_MS / 2));
    } else {
      this.#source.resume();
    }
  }

  #linkTurned(): void {
    if (this.#link.isCut) {
      this.#deliver();
      this.#regulate();
    } else {
      this.#leaveNow();
    }
  }

  #leaveNow(): void {
    this.#earliestMs = performance.now() + this.#link.delayMs;
    this.#deliver();
    this.#regulate();
  }

  /** Nobody will take the bytes any more. The source is still read, or its close would never be noticed. */
  #discard(): void {
    clearTimeout(this.#deliverTimer);
    clearTimeout(this.#readTimer);
    this.#discarding = true;
    this.#parcels = [];
    this.#heldBytes = 0;
    this.#source.resume();
  }
}

function costOf(parcel: Parcel): number {
  return PARCEL_OVERHEAD_BYTES + (parcel.kind === "bytes" ? parcel.bytes.length : 0);
}
