/** How fast and how faulty a simulated disk is. Its switches may be turned at any time. */
import { StoreError, type StoreErrorCode } from "../store.js";
import type { SeededRandom } from "./seeded-random.js";
import type { VirtualTime } from "./virtual-time.js";

/** What a disk is asked to do, and how long it takes over it, in milliseconds. */
const DURATIONS_MS = {
  open: { low: 2, high: 20 },
  scan: { low: 0.05, high: 0.5 },
  write: { low: 0.02, high: 0.2 },
  sync: { low: 0.3, high: 3 },
} as const;

/** One flush in a hundred waits for the drive's own housekeeping. */
const STALL_CHANCE = 0.01;
const STALL_MS = 20;

export class DiskModel {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** No space is left: writes and opening fail. */
  full = false;
  /** Multiplies every duration. */
  slowFactor = 1;
  #nextFailure: StoreErrorCode | undefined;
  #nextSyncFailure: StoreErrorCode | undefined;

  constructor(time: VirtualTime, random: SeededRandom) {
    this.time = time;
    this.random = random;
  }

  failNextWrite(code: StoreErrorCode): void {
    this.#nextFailure = code;
  }

  failNextSync(code: StoreErrorCode): void {
    this.#nextSyncFailure = code;
  }

  /** What was to fail, and has not yet, does not any more. */
  failNothing(): void {
    this.#nextFailure = undefined;
    this.#nextSyncFailure = undefined;
  }

  /** Why the write that begins now will fail, if it will. */
  takeWriteFailure(): StoreError | undefined {
    const code = this.#nextFailure;
    this.#nextFailure = undefined;
    if (code !== undefined) {
      return new StoreError(code, "the simulated disk failed a write");
    }
    return this.full ? this.fullError() : undefined;
  }

  /** Why the flush that ends now has failed, if it has. */
  takeSyncFailure(): StoreError | undefined {
    const code = this.#nextSyncFailure;
    this.#nextSyncFailure = undefined;
    return code === undefined ? undefined : new StoreError(code, "the simulated disk failed a flush");
  }

  fullError(): StoreError {
    return new StoreError("DISK_FULL", "no space is left on the simulated disk");
  }

  durationMs(work: keyof typeof DURATIONS_MS): number {
    const { low, high } = DURATIONS_MS[work];
    const isStalled = work === "sync" && this.random.chance(STALL_CHANCE);
    return (this.random.between(low, high) + (isStalled ? STALL_MS : 0)) * this.slowFactor;
  }
}
