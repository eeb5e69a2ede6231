/**
 * The mark file: four slots in one preallocated file, overwritten in place.
 *
 * A write replaces the oldest slot that is neither the last flushed nor being flushed, which is never the newest.
 * So a write torn by the end of the process leaves the one before it, and one torn by the end of the machine leaves the last
 * that was flushed, however many came after. Each slot lies on its own disk block, carries its sequence number and
 * a CRC-32C, and the newest that passes its checksum is the mark.
 *
 * A slot is `crc32c u32, length u32, sequence u64, bytes`, little-endian; the checksum covers all that follows it.
 */
import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { crc32c } from "@node-rs/crc32";
import type { MarkFile } from "../disk.js";
import { StoreError } from "../store.js";
import { toStoreError } from "./level-error.js";

const SLOTS = 4;
const SLOT_BYTES = 4096;
const HEADER_BYTES = 16;
const MAX_MARK_BYTES = 256;

/** The present state of an open file: which slot holds what. */
interface OpenMark {
  readonly descriptor: number;
  /** The sequence number in each slot; -1 where nothing valid is. */
  readonly sequences: number[];
  flushed: number;
}

type SyncCallback = (error: StoreError | undefined) => void;

export class NodeMarkFile implements MarkFile {
  readonly #path: string;
  #open: OpenMark | undefined;
  #isClosed = false;
  /** The slot being flushed, and who asked for it. */
  #flushing: { readonly slot: number; readonly callers: readonly SyncCallback[] } | undefined;
  /** Asked while a flush was under way, which may not have seen their writes. */
  #nextCallers: SyncCallback[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  read(): Uint8Array | undefined {
    return newestSlot(this.#readSlots())?.bytes;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > MAX_MARK_BYTES) {
      throw new StoreError("IO", `a mark of ${bytes.length} bytes is longer than ${MAX_MARK_BYTES}`);
    }
    const mark = this.#opened();
    const slot = this.#slotToOverwrite(mark);
    const sequence = Math.max(...mark.sequences) + 1;
    const encoded = encodeSlot(sequence, bytes);
    try {
      writeSync(mark.descriptor, encoded, 0, encoded.length, slot * SLOT_BYTES);
    } catch (error) {
      throw toStoreError(error, `cannot write ${this.#path}`);
    }
    mark.sequences[slot] = sequence;
  }

  sync(done: SyncCallback): void {
    if (this.#flushing === undefined) {
      this.#flush([done]);
    } else {
      this.#nextCallers.push(done);
    }
  }

  /** Lets go of the file. Afterwards it can be read, not written. Idempotent. */
  close(): void {
    this.#isClosed = true;
    if (this.#open !== undefined && this.#flushing === undefined) {
      closeSync(this.#open.descriptor);
      this.#open = undefined;
    }
  }

  #flush(callers: readonly SyncCallback[]): void {
    let mark: OpenMark;
    try {
      mark = this.#opened();
    } catch (error) {
      const failure = toStoreError(error, `cannot flush ${this.#path}`);
      setImmediate(() => answer(callers, failure));
      return;
    }
    const slot = newestIn(mark.sequences);
    this.#flushing = { slot, callers };
    fdatasync(mark.descriptor, (error) => {
      this.#flushing = undefined;
      if (error === null) {
        mark.flushed = slot;
      }
      const waiting = this.#nextCallers;
      this.#nextCallers = [];
      if (waiting.length > 0) {
        this.#flush(waiting);
      }
      if (this.#isClosed) {
        this.close();
      }
      answer(callers, error === null ? undefined : toStoreError(error, `cannot flush ${this.#path}`));
    });
  }

  #slotToOverwrite(mark: OpenMark): number {
    let oldest = -1;
    for (const [slot, sequence] of mark.sequences.entries()) {
      const isKept = slot === mark.flushed || slot === this.#flushing?.slot;
      if (!isKept && sequence < (mark.sequences[oldest] ?? Number.POSITIVE_INFINITY)) {
        oldest = slot;
      }
    }
    return oldest;
  }

  #opened(): OpenMark {
    if (this.#isClosed) {
      throw new StoreError("CLOSED", `${this.#path} is closed`);
    }
    this.#open ??= this.#openFile();
    return this.#open;
  }

  #openFile(): OpenMark {
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      if (!existsSync(this.#path)) {
        preallocate(this.#path);
      }
      const descriptor = openSync(this.#path, "r+");
      // What an earlier process wrote may not have been flushed yet, and is taken for flushed from here on.
      fdatasyncSync(descriptor);
      const sequences = this.#readSlots().map((slot) => slot?.sequence ?? -1);
      return { descriptor, sequences, flushed: newestIn(sequences) };
    } catch (error) {
      throw toStoreError(error, `cannot open ${this.#path}`);
    }
  }

  #readSlots(): (Slot | undefined)[] {
    let file: Buffer;
    try {
      file = existsSync(this.#path) ? readFileSync(this.#path) : Buffer.alloc(0);
    } catch (error) {
      throw toStoreError(error, `cannot read ${this.#path}`);
    }
    return Array.from({ length: SLOTS }, (_, slot) =>
      decodeSlot(file.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES)),
    );
  }
}

interface Slot {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

function encodeSlot(sequence: number, bytes: Uint8Array): Buffer {
  const slot = Buffer.alloc(HEADER_BYTES + bytes.length);
  slot.writeUInt32LE(bytes.length, 4);
  slot.writeBigUInt64LE(BigInt(sequence), 8);
  slot.set(bytes, HEADER_BYTES);
  slot.writeUInt32LE(crc32c(slot.subarray(4)), 0);
  return slot;
}

function decodeSlot(slot: Buffer): Slot | undefined {
  if (slot.length < HEADER_BYTES) {
    return undefined;
  }
  const end = HEADER_BYTES + slot.readUInt32LE(4);
  if (end > Math.min(slot.length, HEADER_BYTES + MAX_MARK_BYTES)) {
    return undefined;
  }
  if (crc32c(slot.subarray(4, end)) !== slot.readUInt32LE(0)) {
    return undefined;
  }
  return { sequence: Number(slot.readBigUInt64LE(8)), bytes: slot.subarray(HEADER_BYTES, end) };
}

function newestSlot(slots: readonly (Slot | undefined)[]): Slot | undefined {
  return slots[newestIn(slots.map((slot) => slot?.sequence ?? -1))];
}

function newestIn(sequences: readonly number[]): number {
  return sequences.indexOf(Math.max(...sequences));
}

/** Takes the blocks once, so that overwriting them later cannot run out of space. */
function preallocate(path: string): void {
  const file = openSync(path, "w");
  writeSync(file, Buffer.alloc(SLOTS * SLOT_BYTES));
  fsyncSync(file);
  closeSync(file);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}

function answer(callers: readonly SyncCallback[], error: StoreError | undefined): void {
  for (const caller of callers) {
    caller(error);
  }
}
