/**
 * The mark beside the store: the incarnation, and how many batches the store had when it was written. A store with fewer
 * went backwards (rule 13). A clean-stop flag is for people: a restored backup carries a valid one, so nothing relies
 * on it.
 */
import { ByteReader, ByteWriter, CodecError } from "../codec/index.js";

const MARK_VERSION = 1;

export interface Mark {
  readonly incarnation: number;
  readonly batches: number;
  readonly wasStoppedCleanly: boolean;
}

export function encodeMark(mark: Mark): Buffer {
  const writer = new ByteWriter(32);
  writer.uint8(MARK_VERSION);
  writer.incarnation(mark.incarnation);
  writer.varint(mark.batches);
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
    return { incarnation, batches: reader.varint(), wasStoppedCleanly: reader.uint8() === 1 };
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
