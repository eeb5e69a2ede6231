/** When the writes of one region were seen in another: how long each took, and how far behind that region is now. */
import { Latencies } from "../load/index.js";

/** Writes that are told apart: of ten a second, those of the last hundred. */
export const OUTSTANDING_MAX = 1_024;

export class Visibility {
  readonly latencies = Latencies.none();
  /** Number to when it was sent, in the order in which they were. */
  readonly #outstanding = new Map<number, number>();
  #writes = 0;

  get writes(): number {
    return this.#writes;
  }

  /** Numbers only grow. */
  sent(number: number, atMs: number): void {
    this.#writes++;
    this.#outstanding.set(number, atMs);
    if (this.#outstanding.size <= OUTSTANDING_MAX) return;
    // Its key is written anew: nobody will see it any more.
    const [oldest] = this.#outstanding.keys();
    if (oldest !== undefined) this.#outstanding.delete(oldest);
  }

  /** It failed: nobody knows whether it will be seen. */
  failed(number: number): void {
    this.#writes--;
    this.#outstanding.delete(number);
  }

  seen(number: number, atMs: number): void {
    const sentMs = this.#outstanding.get(number);
    if (sentMs === undefined) return;
    this.#outstanding.delete(number);
    this.latencies.record(atMs - sentMs);
  }

  /** The age of the oldest write that is not seen yet; 0 where all are. */
  stalenessMs(nowMs: number): number {
    const [oldest] = this.#outstanding.values();
    return oldest === undefined ? 0 : Math.max(0, nowMs - oldest);
  }

  /** Whether all that was sent before is seen. */
  hasSeenAllBefore(ms: number): boolean {
    const [oldest] = this.#outstanding.values();
    return oldest === undefined || oldest >= ms;
  }
}
