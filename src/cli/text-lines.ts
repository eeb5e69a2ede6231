/** Files of lines that may be of any size: read in pieces, with a bound on what one line can make us hold. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { failed } from "./failure.js";

/** A line of a file. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Without its line end; the fault says why it cannot be had. */
  readonly content: { readonly text: string } | { readonly fault: string };
  /** Bytes of the file up to here. */
  readonly endBytes: number;
}

/** The largest value a server can be configured to take, as base64 in JSON. */
const LINE_BYTES_MAX = 96 * 2 ** 20;
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = /^\uFEFF/;

/** Where the lines come from. */
export interface LineSource {
  readonly chunks: Readable;
  /** Undefined for a pipe. */
  readonly totalBytes: number | undefined;
}

/** Opens a file, or stdin for `-`. Throws `CommandFailure` when it cannot be read. */
export async function openLines(file: string): Promise<LineSource> {
  if (file === "-") {
    if (process.stdin.isTTY) process.stderr.write("reading lines from the terminal; Ctrl-D ends them\n");
    return { chunks: process.stdin, totalBytes: undefined };
  }
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new Error("it is a folder");
    return { chunks: createReadStream(file), totalBytes: found.isFile() ? found.size : undefined };
  } catch (error) {
    throw failed(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The lines of UTF-8 text; a line that is none, or is too long, comes with a fault and the others follow. */
export async function* textLines(
  chunks: AsyncIterable<Uint8Array>,
  lineBytesMax = LINE_BYTES_MAX,
): AsyncGenerator<TextLine> {
  const line = new OpenLine(lineBytesMax);
  let number = 0;
  let endBytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      line.add(chunk.subarray(from, end));
      number += 1;
      yield { number, content: line.take(), endBytes: endBytes + end + 1 };
      from = end + 1;
    }
    line.add(chunk.subarray(from));
    endBytes += chunk.length;
  }
  if (!line.isEmpty) yield { number: number + 1, content: line.take(), endBytes };
}

/** What is there of a line whose end was not yet seen. */
class OpenLine {
  readonly #bytesMax: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #isFirst = true;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  add(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#bytesMax) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  take(): TextLine["content"] {
    const [pieces, bytes, isFirst] = [this.#pieces, this.#bytes, this.#isFirst];
    this.#pieces = [];
    this.#bytes = 0;
    this.#isFirst = false;
    if (bytes > this.#bytesMax) return { fault: `has ${bytes} bytes; the limit is ${this.#bytesMax}` };
    const [only, ...more] = pieces;
    try {
      const whole = only !== undefined && more.length === 0 ? only : Buffer.concat(pieces);
      const text = this.#decoder.decode(whole).replace(/\r$/, "");
      return { text: isFirst ? text.replace(BYTE_ORDER_MARK, "") : text };
    } catch {
      return { fault: "is not UTF-8" };
    }
  }
}
