/**
 * An ordered map of byte keys: a hash map for reads, and its keys in a sorted array for scans. Keys are kept as
 * latin1 text, one character a byte, which JavaScript compares as LevelDB compares bytes.
 */
export class OrderedBytes {
  readonly #values: Map<string, Buffer>;
  readonly #keys: string[];

  constructor(source?: OrderedBytes) {
    this.#values = new Map(source === undefined ? [] : source.#values);
    this.#keys = source === undefined ? [] : [...source.#keys];
  }

  get(key: string): Buffer | undefined {
    return this.#values.get(key);
  }

  /** Puts `value`, or removes the key when it is undefined. */
  set(key: string, value: Buffer | undefined): void {
    const isHeld = this.#values.has(key);
    if (value === undefined) {
      if (isHeld) {
        this.#values.delete(key);
        this.#keys.splice(this.#indexOf(key), 1);
      }
      return;
    }
    if (!isHeld) {
      this.#keys.splice(this.#indexOf(key), 0, key);
    }
    this.#values.set(key, value);
  }

  /** The keys in `[from, to)`, at most `limit`, the last ones first when `reverse`. */
  range(from: string, to: string, limit: number, reverse: boolean): string[] {
    const start = this.#indexOf(from);
    const end = this.#indexOf(to);
    if (start >= end || limit <= 0) {
      return [];
    }
    return reverse
      ? this.#keys.slice(Math.max(start, end - limit), end).reverse()
      : this.#keys.slice(start, Math.min(end, start + limit));
  }

  keys(): readonly string[] {
    return this.#keys;
  }

  /** The place of the first key that is not before `key`. */
  #indexOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const held = this.#keys[middle];
      if (held !== undefined && held < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

/** The bytes as a key of this map. */
export function toKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

export function fromKey(key: string): Buffer {
  return Buffer.from(key, "latin1");
}
