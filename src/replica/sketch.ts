/**
 * A set of rows as a rateless sketch (Yang, Gilad, Alizadeh, "Practical Rateless Set Reconciliation", SIGCOMM 2024):
 * a row of coded cells, each the sum of the items that map to it. Two replicas subtract their cells, what both have
 * cancels out, and what is left decodes to exactly the items that one of them lacks: about 1.4 cells a difference,
 * whatever the size of the sets. The cells of a longer sketch begin with those of a shorter one, so a side that could
 * not decode asks for more of the same.
 *
 * An item is in cell 0, and in cell i with probability 1 / (1 + i/2): about eleven of these cells. The sums are
 * exclusive or, so that adding and removing are one operation and their order does not matter.
 *
 * Everything is in 32-bit halves of typed arrays: this runs at every write.
 */
import { CELL_WORDS, type CodedCells } from "../codec/index.js";
import { type RowItem, wholeOf } from "./row-item.js";

/** Cells kept for each partition: about 270 differences decode, and 256 partitions of 25 bytes a cell take 2.5 MB. */
export const SKETCH_CELLS = 384;
/** The keys of the checksums, and of the places where items go: the same on all nodes of a cluster. */
export interface SketchKey {
  readonly low: number;
  readonly high: number;
}

export class Sketch {
  readonly #key: SketchKey;
  readonly #words: Int32Array;
  /** Modulo 256: a difference of one is told by its sign, and no other is of interest. */
  readonly #counts: Uint8Array;

  /** @param cells of another one; they are taken over, not copied */
  constructor(key: SketchKey, cells: CodedCells = emptyCells(SKETCH_CELLS)) {
    this.#key = key;
    this.#words = cells.words;
    this.#counts = cells.counts;
  }

  /** Adds an item, with 1, or removes it, with -1. About 0.2 µs. */
  update(item: RowItem, by: 1 | -1): void {
    applyItem(this.#key, this.#words, this.#counts, item, by);
  }

  /** The sum of the checksums of all items: two sketches with the same one hold the same set. */
  get check(): bigint {
    return wholeOf(this.#words[4] ?? 0, this.#words[5] ?? 0);
  }

  /** A copy of the cells `[from, to)`. */
  cells(from = 0, to = SKETCH_CELLS): CodedCells {
    return {
      words: this.#words.slice(from * CELL_WORDS, to * CELL_WORDS),
      counts: this.#counts.slice(from, to),
    };
  }

  equals(other: Sketch): boolean {
    return (
      this.#counts.every((count, at) => count === other.#counts[at]) &&
      this.#words.every((word, at) => word === other.#words[at])
    );
  }
}

export function emptyCells(count: number): CodedCells {
  return { words: new Int32Array(count * CELL_WORDS), counts: new Uint8Array(count) };
}

/** Adds the cells of another set, item by item: the result stands for both sets together. Of equal lengths. */
export function addCells(into: CodedCells, cells: CodedCells): void {
  for (let i = 0; i < into.words.length; i++) into.words[i] = (into.words[i] ?? 0) ^ (cells.words[i] ?? 0);
  for (let i = 0; i < into.counts.length; i++)
    into.counts[i] = (into.counts[i] ?? 0) + (cells.counts[i] ?? 0);
}

/** Takes the cells of the other side out: what is left stands for the difference. Of equal lengths. */
export function subtractCells(from: CodedCells, cells: CodedCells): void {
  for (let i = 0; i < from.words.length; i++) from.words[i] = (from.words[i] ?? 0) ^ (cells.words[i] ?? 0);
  for (let i = 0; i < from.counts.length; i++)
    from.counts[i] = (from.counts[i] ?? 0) - (cells.counts[i] ?? 0);
}

/** Adds or removes one item in as many cells as there are; `touched` hears of each. */
export function applyItem(
  key: SketchKey,
  words: Int32Array,
  counts: Uint8Array,
  item: RowItem,
  by: 1 | -1,
  touched?: number[],
): void {
  const { k0, k1, v0, v1 } = item;
  const c0 = scrambled(key.low, k0, k1, v0, v1);
  const c1 = scrambled(key.high, k0, k1, v0, v1);
  let state = c0 ^ Math.imul(c1, 0x27d4eb2f);
  for (let index = 0; index < counts.length; ) {
    const at = index * CELL_WORDS;
    words[at] = (words[at] ?? 0) ^ k0;
    words[at + 1] = (words[at + 1] ?? 0) ^ k1;
    words[at + 2] = (words[at + 2] ?? 0) ^ v0;
    words[at + 3] = (words[at + 3] ?? 0) ^ v1;
    words[at + 4] = (words[at + 4] ?? 0) ^ c0;
    words[at + 5] = (words[at + 5] ?? 0) ^ c1;
    counts[index] = (counts[index] ?? 0) + by;
    touched?.push(index);
    state = (state + 0x9e3779b9) | 0;
    index = nextIndex(index, ((mixed(state) >>> 0) + 0.5) / 2 ** 32);
  }
}

/** Whether the words at `at` are one item with its checksum. */
export function isItem(key: SketchKey, words: Int32Array, at: number): boolean {
  const [k0 = 0, k1 = 0, v0 = 0, v1 = 0] = [words[at], words[at + 1], words[at + 2], words[at + 3]];
  return (
    words[at + 4] === scrambled(key.low, k0, k1, v0, v1) &&
    words[at + 5] === scrambled(key.high, k0, k1, v0, v1)
  );
}

/**
 * The next cell of an item that is in cell i, for a uniform 0 < u < 1. That it is none of the next x has the
 * probability of Π (1 - 1 / (1 + (i + k)/2)) over k = 1..x, which telescopes to (i + 1)(i + 2) / ((i + x + 1)(i + x + 2)):
 * the least x that brings this below u. Square roots and divisions are exact, so all nodes agree.
 */
function nextIndex(i: number, u: number): number {
  return Math.ceil(Math.sqrt(((i + 1) * (i + 2)) / u + 0.25) - 1.5) | 0;
}

/** 32 bits of a keyed hash of an item. Mixing steps and constants as in MurmurHash3 (Appleby). */
function scrambled(seed: number, k0: number, k1: number, v0: number, v1: number): number {
  let h = round(seed, k0);
  h = round(h, k1);
  h = round(h, v0);
  return mixed(round(h, v1));
}

function round(h: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  const x = h ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  return (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
}

function mixed(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
