/**
 * One direction between two nodes: how long bytes take, and whether they get through at all. Every connection between
 * the two nodes sends its bytes of that direction over this link, and hears when it is cut or healed.
 */
import type { PathSettings } from "../regions.js";
import type { Bandwidth } from "./bandwidth.js";

export class Link {
  readonly from: string;
  readonly to: string;
  readonly delayMs: number;
  /** The longest that a byte takes once it left the bottleneck. */
  readonly longestDelayMs: number;
  /** Shared with every other link from the one region to the other. */
  readonly bandwidth: Bandwidth;
  readonly #watchers = new Set<() => void>();
  #cut = false;

  constructor(from: string, to: string, path: PathSettings, bandwidth: Bandwidth) {
    this.from = from;
    this.to = to;
    this.delayMs = path.delayMs;
    this.longestDelayMs = path.delayMs * (1 + path.jitterFraction);
    this.bandwidth = bandwidth;
  }

  get isCut(): boolean {
    return this.#cut;
  }

  /** From now on no byte arrives, those on their way included. They are held, not dropped: TCP would send them again. */
  cut(): void {
    this.#turn(true);
  }

  /**
   * Lets bytes through again. Connections resume where they stood, as TCP does after an outage: a peer that gave up
   * meanwhile is then seen to have closed, and a peer that did not must cope with what was sent long ago.
   */
  heal(): void {
    this.#turn(false);
  }

  /** When the last of `bytes` handed over at `nowMs` arrives. Not yet in order: the connection sees to that. */
  arrivalMs(nowMs: number, bytes: number): number {
    const jitterMs = (this.longestDelayMs - this.delayMs) * Math.random();
    return this.bandwidth.reserve(nowMs, bytes) + this.delayMs + jitterMs;
  }

  /** Calls `watcher` after each cut and each heal, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #turn(cut: boolean): void {
    if (this.#cut === cut) return;
    this.#cut = cut;
    for (const watcher of [...this.#watchers]) watcher();
  }
}
