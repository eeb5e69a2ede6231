/**
 * Frames of a pipeline: a version byte, then items up to the end. Decoding is strict: an unknown kind or flag, or bytes that
 * end early, throw `CodecError`, and the stream ends. Whether an operation makes sense is not judged here: it fails alone.
 */
import { ByteReader, ByteWriter, CodecError } from "./bytes.js";
import type { PipelineReply, PipelineRequest } from "./pipeline-messages.js";
import { readReply } from "./pipeline-replies.js";
import { readRequest } from "./pipeline-requests.js";

const PIPELINE_VERSION = 1;

export function beginPipelineFrame(): ByteWriter {
  const writer = new ByteWriter(1024);
  writer.uint8(PIPELINE_VERSION);
  return writer;
}

/** The items of a frame, each decoded when it is asked for. */
export class PipelineItems<Item> {
  readonly #reader: ByteReader;
  readonly #read: (reader: ByteReader) => Item;

  private constructor(frame: Buffer, read: (reader: ByteReader) => Item) {
    this.#reader = new ByteReader(frame);
    this.#read = read;
    const version = this.#reader.uint8();
    if (version !== PIPELINE_VERSION)
      throw new CodecError(`frames of version ${version}, where ${PIPELINE_VERSION} is spoken`);
  }

  /** @throws CodecError */
  static ofRequests(frame: Buffer): PipelineItems<PipelineRequest> {
    return new PipelineItems(frame, readRequest);
  }

  /** @throws CodecError */
  static ofReplies(frame: Buffer): PipelineItems<PipelineReply> {
    return new PipelineItems(frame, readReply);
  }

  /** Undefined after the last. What it holds are views into the frame. @throws CodecError */
  next(): Item | undefined {
    return this.#reader.remaining === 0 ? undefined : this.#read(this.#reader);
  }
}
