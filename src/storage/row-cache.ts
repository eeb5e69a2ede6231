import type { StoreKey } from "./store-keys.js";

/** What an entry costs beside key and value, as measured: the map's slot, the entry, the headers of the key and of the buffer. */
const ENTRY_OVERHEAD_BYTES = 376;

interface Entry {
  readonly key: StoreKey;
  /** Undefined: known to be absent. */
  readonly value: Buffer | undefined;
  older: Entry | undefined;
  newer: Entry | undefined;
}

/**
 * Durable records by key, least recently used first out, bounded in bytes. It also remembers that a key is absent,
 * which is what a new key's first write asks.
 *
 * The order of use is a list through the entries and not the order of the map: to find the first key of a map costs a
 * step over each entry that was taken out before it, tens of thousands in a cache that is full, at every record that is
 * read or written.
 */
export class RowCache {
  readonly #entries = new Map<StoreKey, Entry>();
  readonly bytesMax: number;
  #bytes = 0;
  #oldest: Entry | undefined;
  #newest: Entry | undefined;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The record, `undefined` for known to be absent, or `"unknown"`. */
  get(key: StoreKey): Buffer | undefined | "unknown" {
    const entry = this.#entries.get(key);
    if (entry === undefined) return "unknown";
    if (entry !== this.#newest) {
      this.#unlink(entry);
      this.#append(entry);
    }
    return entry.value;
  }

  set(key: StoreKey, value: Buffer | undefined): void {
    this.delete(key);
    const entry: Entry = { key, value: value && own(value), older: undefined, newer: undefined };
    this.#entries.set(key, entry);
    this.#append(entry);
    this.#bytes += cost(key, value);
    while (this.#bytes > this.bytesMax && this.#oldest !== undefined) this.delete(this.#oldest.key);
  }

  /** Corrects what is known of a key, if anything is. */
  refresh(key: StoreKey, value: Buffer | undefined): void {
    if (this.#entries.has(key)) this.set(key, value);
  }

  delete(key: StoreKey): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unlink(entry);
    this.#bytes -= cost(key, entry.value);
  }

  #append(entry: Entry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink({ older, newer }: Entry): void {
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
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
