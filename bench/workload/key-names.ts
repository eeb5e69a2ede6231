/** What items are called: `user` and a hash of their number, as in YCSB, so that they are spread over all keys. */
import { fnv64, hashToText } from "./fnv.js";

const PREFIX = "user";
/** So many names are kept: making one costs more than all else that the tool does for an operation. */
const KEPT_MAX = 2 ** 20;
/** Of the prefix and a hash of 63 bits in base 36. */
export const KEY_BYTES_MIN = PREFIX.length + 13;

export class KeyNames {
  readonly #bytes: number | undefined;
  readonly #kept: (string | undefined)[] = [];

  /** @param bytes of each name, from `KEY_BYTES_MIN`; undefined: 5 to 23, as YCSB has them */
  constructor(bytes: number | undefined) {
    this.#bytes = bytes;
  }

  of(item: number): string {
    const kept = this.#kept[item];
    if (kept !== undefined) return kept;
    const name = this.#make(item);
    // Only in order, so that the list has no holes to search.
    if (item < KEPT_MAX) {
      while (this.#kept.length < item) this.#kept.push(undefined);
      this.#kept[item] = name;
    }
    return name;
  }

  #make(item: number): string {
    const hash = fnv64(item);
    if (this.#bytes === undefined) return PREFIX + hashToText(hash, 10);
    return PREFIX + hashToText(hash, 36).padStart(this.#bytes - PREFIX.length, "0");
  }
}
