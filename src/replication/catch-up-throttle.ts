/**
 * The pace at which a receiver asks for the pages of its catch-ups, all sessions together: a budget of bytes per second,
 * of which only a part is used while the node also takes live writes. The receiver sets it, because it is the one that
 * has to write all of it down (hints that drowned the live load: scylladb#7976, riak_kv#1039).
 */
import type { CatchUpLogPage, CatchUpRowPage } from "../codec/index.js";

/** Of the budget, while live writes come. */
const SHARE_BESIDE_LIVE = 0.25;
/** The last live write counts for so long. */
const LIVE_FOR_MS = 1_000;
/** What was not used is kept for so long: pages come in bursts. */
const BURST_MS = 200;

export class CatchUpThrottle {
  readonly #bytesPerSecond: number;
  /** All that was asked for is paid for by then. */
  #paidAtMs = Number.NEGATIVE_INFINITY;
  #liveWrites = 0;
  #liveAtMs = Number.NEGATIVE_INFINITY;

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /**
   * A page came.
   * @param nowMs monotonic
   * @param liveWrites how many live writes the node has taken so far
   * @returns how long to wait before the next page is asked for
   */
  take(nowMs: number, bytes: number, liveWrites: number): number {
    if (liveWrites > this.#liveWrites) this.#liveAtMs = nowMs;
    this.#liveWrites = liveWrites;
    const share = nowMs - this.#liveAtMs < LIVE_FOR_MS ? SHARE_BESIDE_LIVE : 1;
    const costMs = (bytes * 1_000) / (this.#bytesPerSecond * share);
    this.#paidAtMs = Math.max(this.#paidAtMs, nowMs - BURST_MS) + costMs;
    return Math.max(0, this.#paidAtMs - nowMs);
  }
}

/** About what a page brought over the link and to the disk. */
export function bytesOf(page: CatchUpLogPage | CatchUpRowPage): number {
  let bytes = page.kind === "log" ? page.entries.length * POINTER_BYTES : 0;
  for (const { rowKey, live } of page.rows)
    bytes += live.reduce((sum, dot) => sum + dot.payload.data.length, rowKey.length + ROW_OVERHEAD_BYTES);
  return bytes;
}

const POINTER_BYTES = 64;
const ROW_OVERHEAD_BYTES = 64;
