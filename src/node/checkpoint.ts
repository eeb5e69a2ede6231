/**
 * Sketches at the end of a clean stop, so that the next start need not read every row. A checkpoint is part of the
 * store's last batch and bears its number: where another batch came after it, or the store lost the last, it says
 * nothing.
 */
import {
  type CodedCells,
  openRecord,
  RecordDamagedError,
  readCells,
  sealRecord,
  writeCells,
} from "../codec/index.js";
import { SKETCH_CELLS } from "../replica/index.js";
import type { Store } from "../runtime/index.js";
import { sketchKey } from "../storage/index.js";

type KnownSketch = CodedCells | "empty";

export function sealCheckpoint(partition: number, batches: number, known: KnownSketch): Buffer {
  return sealRecord(Buffer.from(sketchKey(partition), "latin1"), (writer) => {
    writer.varint(batches);
    writer.uint8(known === "empty" ? 0 : 1);
    if (known !== "empty") writeCells(writer, known);
  });
}

/** Undefined: there is none of the store's last batch, which is the number `batches`. */
export function readCheckpoint(store: Store, partition: number, batches: number): KnownSketch | undefined {
  const key = Buffer.from(sketchKey(partition), "latin1");
  const record = store.get(key);
  if (record === undefined) return undefined;
  try {
    const [writtenIn, known] = openRecord(key, record, (reader): [number, KnownSketch] => [
      reader.varint(),
      reader.uint8() === 0 ? "empty" : readCells(reader),
    ]);
    const isOfOurSize = known === "empty" || known.counts.length === SKETCH_CELLS;
    return writtenIn === batches && isOfOurSize ? known : undefined;
  } catch (error) {
    if (error instanceof RecordDamagedError) return undefined;
    throw error;
  }
}
