/**
 * Decodes the difference of two sketches by peeling: a cell that holds one item gives it away, the item is taken out of
 * its other cells, and they may give away the next. Nothing is guessed: a cell counts as one item only when the keyed
 * checksum says so, and the difference is complete only when every cell is empty in the end.
 */
import { CELL_WORDS, type CodedCells } from "../codec/index.js";
import { type RowItem, rowItem } from "./row-item.js";
import { applyItem, isItem, type SketchKey, subtractCells } from "./sketch.js";

interface SketchDifference {
  /** False: the items listed are in the difference, and there are others; more cells may tell. */
  readonly isComplete: boolean;
  /** In our set alone. */
  readonly ours: readonly RowItem[];
  /** In theirs alone. */
  readonly theirs: readonly RowItem[];
}

/** `ours` is used up. Of equal lengths. Cells from a peer may be anything: the work is bounded by their number. */
export function decodeDifference(key: SketchKey, ours: CodedCells, theirs: CodedCells): SketchDifference {
  subtractCells(ours, theirs);
  const { words, counts } = ours;
  const difference = { ours: [] as RowItem[], theirs: [] as RowItem[] };
  const queue = Array.from(counts.keys());
  let itemsLeft = counts.length;
  for (let index = queue.pop(); index !== undefined && itemsLeft > 0; index = queue.pop()) {
    const by = counts[index] === 1 ? 1 : counts[index] === 255 ? -1 : undefined;
    const at = index * CELL_WORDS;
    if (by === undefined || !isItem(key, words, at)) continue;
    const item = rowItem(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0);
    (by === 1 ? difference.ours : difference.theirs).push(item);
    applyItem(key, words, counts, item, by === 1 ? -1 : 1, queue);
    itemsLeft--;
  }
  const isComplete = words.every((word) => word === 0) && counts.every((count) => count === 0);
  return { isComplete, ...difference };
}
