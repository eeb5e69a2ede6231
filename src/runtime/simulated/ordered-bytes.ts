/**
 * An ordered map of byte keys: a hash map for reads, and sorted keys for scans. Keys are kept as latin1 text, one
 * character a byte, which JavaScript compares as LevelDB compares bytes.
 */
import { SortedKeys } from "./sorted-keys.js";

export class OrderedBytes {
  readonly #values: Map<string, Buffer>;
  readonly #keys: SortedKeys;

  constructor(source?: OrderedBytes) {
    this.#values = new Map(source === undefined ? [] : source.#values);
    this.#keys = new SortedKeys(source === undefined ? undefined : source.#keys);
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
        this.#keys.remove(key);
      }
      return;
    }
    if (!isHeld) {
      this.#keys.add(key);
    }
    this.#values.set(key, value);
  }

  /** The keys in `[from, to)`, at most `limit`, the last ones first when `reverse`. */
  range(from: string, to: string, limit: number, reverse: boolean): string[] {
    return this.#keys.range(from, to, limit, reverse);
  }

  keys(): string[] {
    return this.#keys.all();
  }
}

/** The bytes as a key of this map. */
export function toKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

export function fromKey(key: string): Buffer {
  return Buffer.from(key, "latin1");
}
