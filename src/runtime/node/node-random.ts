/** Randomness from the operating system, drawn a page at a time because one draw costs a system call. */
import { randomFillSync } from "node:crypto";
import type { Random } from "../random.js";

const POOL_BYTES = 4096;

export class NodeRandom implements Random {
  readonly #pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  #offset = POOL_BYTES;

  uint32(): number {
    if (this.#offset === POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#offset = 0;
    }
    const drawn = this.#pool.readUInt32LE(this.#offset);
    this.#offset += 4;
    return drawn;
  }

  fraction(): number {
    // 53 bits: all that a double in [0, 1) can hold evenly.
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }
}
