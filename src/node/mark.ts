/**
 * The mark beside the store: the incarnation, and how many batches the store had when it was written. A store with fewer
 * went backwards (rule 13). And the incarnation that began on salvaged rows: a store of before that is as its repair left
 * it, holes and all. A clean-stop flag is for people: a restored backup carries a valid one, so nothing relies on it.
 */
import { ByteReader, ByteWriter, CodecError } from "../codec/index.js";

const MARK_VERSION = 1;

export interface Mark {
  readonly incarnation: number;
  readonly batches: number;
  /** The last incarnation that began with a salvage of all rows; 0: none did. */
  readonly salvagedIn: number;
  readonly wasStoppedCleanly: boolean;
}

export function encodeMark(mark: Mark): Buffer {
  const writer = new ByteWriter(32);
  writer.uint8(MARK_VERSION);
  writer.incarnation(mark.incarnation);
  writer.varint(mark.batches);
  writer.incarnation(mark.salvagedIn);
  writer.uint8(mark.wasStoppedCleanly ? 1 : 0);
  return writer.take();
}

/** Undefined for none, and for one that cannot be read. */
export function decodeMark(bytes: Uint8Array | undefined): Mark | undefined {
  if (bytes === undefined) return undefined;
  try {
    const reader = new ByteReader(Buffer.from(bytes));
    if (reader.uint8() !== MARK_VERSION) return undefined;
    const incarnation = reader.incarnation();
    const [batches, salvagedIn] = [reader.varint(), reader.incarnation()];
    return { incarnation, batches, salvagedIn, wasStoppedCleanly: reader.uint8() === 1 };
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
