import type { StoreKey } from "./store-keys.js";

/** What an entry costs beside key and value, as measured: the map's slot, the headers of the key and of the buffer. */
const ENTRY_OVERHEAD_BYTES = 320;

/**
 * Durable records by key, least recently used first out, bounded in bytes. It also remembers that a key is absent,
 * which is what a new key's first write asks.
 */
export class RowCache {
  readonly #entries = new Map<StoreKey, Buffer | undefined>();
  readonly bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The record, `undefined` for known to be absent, or `"unknown"`. */
  get(key: StoreKey): Buffer | undefined | "unknown" {
    const value = this.#entries.get(key);
    if (value === undefined && !this.#entries.has(key)) return "unknown";
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: StoreKey, value: Buffer | undefined): void {
    this.delete(key);
    this.#entries.set(key, value && own(value));
    this.#bytes += cost(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.bytesMax) break;
      this.delete(oldest);
    }
  }

  /** Corrects what is known of a key, if anything is. */
  refresh(key: StoreKey, value: Buffer | undefined): void {
    if (this.#entries.has(key)) this.set(key, value);
  }

  delete(key: StoreKey): void {
    const value = this.#entries.get(key);
    if (value === undefined && !this.#entries.has(key)) return;
    this.#bytes -= cost(key, value);
    this.#entries.delete(key);
  }
}

function cost(key: StoreKey, value: Buffer | undefined): number {
  return ENTRY_OVERHEAD_BYTES + key.length + (value?.length ?? 0);
}

/** A record is often cut out of a larger piece of memory, all of which would stay for as long as the record. */
function own(value: Buffer): Buffer {
  if (value.buffer.byteLength === value.length) return value;
  const copy = Buffer.allocUnsafeSlow(value.length);
  value.copy(copy);
  return copy;
}
