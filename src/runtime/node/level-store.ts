/**
 * The store over LevelDB, or over any other abstract-level database.
 *
 * Reads of single keys use `getSync`: a promise costs several times the read. Writes use a chained batch, which
 * copies each change straight into LevelDB's own buffer; an array batch clones every operation first and takes four
 * times as long for thirty rows.
 */
import type { AbstractLevel } from "abstract-level";
import { type Change, type Entry, type KeyRange, type Store, StoreError } from "../store.js";
import { toStoreError } from "./level-error.js";

/** A database whose keys and values are buffers. */
export type LevelDatabase = AbstractLevel<string | Buffer | Uint8Array, Buffer, Buffer>;

/** How much one trip to LevelDB's thread brings back: enough to make trips rare, little enough to copy in a turn. */
const SCAN_CHUNK_BYTES = 256 * 1024;

const NO_KEY = Buffer.alloc(0);

export class LevelStore implements Store {
  readonly #database: LevelDatabase;
  /** The first write that failed: LevelDB may refuse every later one, so this does, until the store is reopened. */
  #failure: StoreError | undefined;
  #closing: Promise<void> | undefined;

  readonly #onCorrupt: () => void;

  private constructor(database: LevelDatabase, onCorrupt: () => void) {
    this.#database = database;
    this.#onCorrupt = onCorrupt;
  }

  /**
   * Opens `database` and hands out its store. Never calls back before it returns.
   * @param onCorrupt called when LevelDB says of an open store that its files are damaged
   */
  static open(
    database: LevelDatabase,
    done: (error: StoreError | undefined, store: LevelStore | undefined) => void,
    onCorrupt: () => void = () => undefined,
  ): void {
    database.open().then(
      () => done(undefined, new LevelStore(database, onCorrupt)),
      (error: unknown) => done(toStoreError(error, "cannot open the store"), undefined),
    );
  }

  get(key: Uint8Array): Buffer | undefined {
    if (this.#closing !== undefined) {
      throw closed();
    }
    try {
      return this.#database.getSync(asBuffer(key));
    } catch (error) {
      throw this.#noted(toStoreError(error, "cannot read from the store"));
    }
  }

  scan(
    range: KeyRange,
    limit: number,
    done: (error: StoreError | undefined, entries: Entry[]) => void,
  ): void {
    this.#scan(range, limit).then(
      (entries) => done(undefined, entries),
      (error: unknown) => done(this.#noted(toStoreError(error, "cannot scan the store")), []),
    );
  }

  write(changes: readonly Change[], sync: boolean, done: (error: StoreError | undefined) => void): void {
    this.#write(changes, sync).then(
      () => done(undefined),
      (error: unknown) => done(toStoreError(error, "cannot write to the store")),
    );
  }

  close(done: () => void): void {
    // The database itself waits for a batch that is being written. A close that fails leaves nothing to do: whoever
    // opens the folder next is told that it is locked.
    this.#closing ??= this.#database.close().catch(() => undefined);
    this.#closing.then(done);
  }

  #noted(error: StoreError): StoreError {
    if (error.code === "CORRUPT") this.#onCorrupt();
    return error;
  }

  async #scan(range: KeyRange, limit: number): Promise<Entry[]> {
    if (this.#closing !== undefined) {
      throw closed();
    }
    const entries: Entry[] = [];
    if (limit <= 0 || Buffer.compare(range.from, range.to) >= 0) {
      return entries;
    }
    const options = {
      gte: asBuffer(range.from),
      lt: asBuffer(range.to),
      reverse: range.reverse === true,
      limit,
      highWaterMarkBytes: SCAN_CHUNK_BYTES,
    };
    const iterator = this.#database.iterator(options);
    try {
      while (entries.length < limit) {
        const chunk = await iterator.nextv(limit - entries.length);
        if (chunk.length === 0) {
          break;
        }
        for (const entry of chunk) {
          entries.push(entry);
        }
      }
    } finally {
      await iterator.close();
    }
    return entries;
  }

  async #write(changes: readonly Change[], sync: boolean): Promise<void> {
    if (this.#closing !== undefined) {
      throw closed();
    }
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    try {
      const batch = this.#database.batch();
      for (const { key, value } of changes) {
        if (value === undefined) {
          batch.del(asBuffer(key));
        } else {
          batch.put(asBuffer(key), asBuffer(value));
        }
      }
      if (changes.length === 0 && sync) {
        this.#addNothing(batch);
      }
      const options = { sync };
      await batch.write(options);
    } catch (error) {
      this.#failure = this.#noted(toStoreError(error, "cannot write to the store"));
      throw this.#failure;
    }
  }

  /** An empty batch never reaches LevelDB, and would flush nothing. This one does, and changes nothing. */
  #addNothing(batch: ReturnType<LevelDatabase["batch"]>): void {
    const held = this.#database.getSync(NO_KEY);
    if (held === undefined) {
      batch.del(NO_KEY);
    } else {
      batch.put(NO_KEY, held);
    }
  }
}

function closed(): StoreError {
  return new StoreError("CLOSED", "the store is closed");
}

/** The same bytes, not a copy. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
