/**
 * One TCP connection between two nodes, made of two: dialler to emulator and emulator to target, with a pipe for each
 * direction. It costs a round trip to open, as anywhere. While either direction is cut it does not open at all: the
 * dialler sees a connection on which nothing ever happens, which is how a black hole looks to what runs over TCP (a
 * refusal would be an answer, and would have it dial again at once).
 */
import { connect, type Socket } from "node:net";
import type { Link } from "./link.js";
import { Pipe } from "./pipe.js";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export class Connection {
  readonly #dialler: Socket;
  readonly #target: Endpoint;
  readonly #forward: Link;
  readonly #backward: Link;
  readonly #forwardPipe: Pipe;
  readonly #unwatch: readonly (() => void)[];
  readonly #closed: () => void;
  #backwardPipe: Pipe | undefined;
  #targetSocket: Socket | undefined;
  #openTimer: NodeJS.Timeout | undefined;

  /** `forward` leads from the dialler to `target`. `closed` is called once both ends are closed. */
  constructor(dialler: Socket, target: Endpoint, forward: Link, backward: Link, closed: () => void) {
    this.#dialler = dialler;
    this.#target = target;
    this.#forward = forward;
    this.#backward = backward;
    this.#closed = closed;
    dialler.setNoDelay(true);
    // Every error is followed by a close, which is what the pipes act on.
    dialler.on("error", () => {});
    dialler.once("end", () => this.#giveUpIfCut());
    dialler.once("close", () => this.#diallerClosed());
    this.#forwardPipe = new Pipe(dialler, forward);
    this.#unwatch = [forward.watch(() => this.#shakeHands()), backward.watch(() => this.#shakeHands())];
    this.#shakeHands();
  }

  /** Destroys both ends at once. */
  destroy(): void {
    this.#dialler.destroy();
    this.#targetSocket?.destroy();
  }

  /** Opens one undisturbed round trip from now; begins again when a direction is cut meanwhile. */
  #shakeHands(): void {
    if (this.#targetSocket !== undefined || this.#dialler.destroyed) return;
    clearTimeout(this.#openTimer);
    if (this.#isCut()) {
      this.#giveUpIfCut();
      return;
    }
    const roundTripMs = this.#forward.delayMs + this.#backward.delayMs;
    if (roundTripMs === 0) this.#open();
    else this.#openTimer = setTimeout(() => this.#open(), Math.ceil(roundTripMs));
  }

  /**
   * A dialler that ended a connection which cannot open has given up on it. Without this, one that dials again and
   * again through a long cut would leave a half-closed socket here each time.
   */
  #giveUpIfCut(): void {
    if (this.#targetSocket === undefined && this.#isCut() && this.#dialler.readableEnded)
      this.#dialler.destroy();
  }

  #isCut(): boolean {
    return this.#forward.isCut || this.#backward.isCut;
  }

  #open(): void {
    const socket = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    socket.on("error", () => {});
    this.#targetSocket = socket;
    this.#backwardPipe = new Pipe(socket, this.#backward);
    this.#backwardPipe.open(this.#dialler);
    this.#forwardPipe.open(socket);
    socket.once("close", () => this.#closeWhenBothAre());
  }

  #diallerClosed(): void {
    clearTimeout(this.#openTimer);
    this.#closeWhenBothAre();
  }

  #closeWhenBothAre(): void {
    if (!this.#dialler.closed || this.#targetSocket?.closed === false) return;
    this.#forwardPipe.close();
    this.#backwardPipe?.close();
    for (const unwatch of this.#unwatch) unwatch();
    this.#closed();
  }
}
