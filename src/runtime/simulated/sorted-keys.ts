/**
 * A sorted set of keys, in chunks small enough that adding a key in the middle moves a few hundred others and not
 * all of them. There is always a chunk; only a set without keys has an empty one.
 */
const MAX_CHUNK_KEYS = 512;

export class SortedKeys {
  #chunks: string[][];

  constructor(source?: SortedKeys) {
    this.#chunks = source === undefined ? [[]] : source.#chunks.map((chunk) => chunk.slice());
  }

  /** Adds a key that is not in the set. */
  add(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunkAt(at);
    chunk.splice(lowerBound(chunk, key), 0, key);
    if (chunk.length > MAX_CHUNK_KEYS) {
      this.#chunks.splice(at + 1, 0, chunk.splice(MAX_CHUNK_KEYS / 2));
    }
  }

  /** Takes out a key that is in the set. */
  remove(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunkAt(at);
    chunk.splice(lowerBound(chunk, key), 1);
    if (chunk.length === 0 && this.#chunks.length > 1) {
      this.#chunks.splice(at, 1);
    }
  }

  /** At most `limit` keys in `[from, to)`, the last ones first when `reverse`. */
  range(from: string, to: string, limit: number, reverse: boolean): string[] {
    const found: string[] = [];
    const step = reverse ? -1 : 1;
    const start = this.#chunkOf(reverse ? to : from);
    for (let at = start; at >= 0 && at < this.#chunks.length && found.length < limit; at += step) {
      const chunk = this.#chunkAt(at);
      const inRange = chunk.slice(lowerBound(chunk, from), lowerBound(chunk, to));
      if (inRange.length === 0 && at !== start) {
        break;
      }
      found.push(...(reverse ? inRange.reverse() : inRange));
    }
    return found.slice(0, Math.max(0, limit));
  }

  all(): string[] {
    return this.#chunks.flat();
  }

  /** The chunk that `key` lies in or would lie in: the last one whose first key is not after it. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const first = this.#chunkAt(middle)[0];
      if (first !== undefined && first <= key) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  #chunkAt(at: number): string[] {
    return this.#chunks[at] ?? [];
  }
}

/** The place of the first key that is not before `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const held = keys[middle];
    if (held !== undefined && held < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
