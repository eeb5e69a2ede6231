/** Histories on disk, as JSON lines: written while a run goes on, read line by line however long they are. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { type HistoryLine, historyLine } from "./history-line.js";

const BUFFER_BYTES = 64 * 1024;

type WithoutIndex<Line> = Line extends unknown ? Omit<Line, "index" | "time"> : never;
/** A line before it has its place. */
export type NewLine = WithoutIndex<HistoryLine>;

/** Where lines go to. */
export interface LineSink {
  append(line: NewLine): void;
}

export class HistoryWriter implements LineSink {
  readonly #file: number;
  readonly #startedAtMs = performance.now();
  #buffer = "";
  #index = 0;

  constructor(path: string) {
    this.#file = openSync(path, "wx");
  }

  append(line: NewLine): void {
    const time = Math.round((performance.now() - this.#startedAtMs) * 1e6);
    this.#buffer += `${JSON.stringify({ index: this.#index++, time, ...line })}\n`;
    if (this.#buffer.length >= BUFFER_BYTES) this.flush();
  }

  /** Everything appended so far can be read afterwards. */
  flush(): void {
    const bytes = Buffer.from(this.#buffer);
    this.#buffer = "";
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }
}

/** Each iteration reads the file anew. Throws on a line that is none. */
export function readHistory(path: string): Iterable<HistoryLine> {
  return { [Symbol.iterator]: () => historyLines(path) };
}

function* historyLines(path: string): Generator<HistoryLine, undefined> {
  for (const text of textLines(path)) yield historyLine.parse(JSON.parse(text));
}

function* textLines(path: string): Generator<string, undefined> {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(BUFFER_BYTES);
    const decoder = new TextDecoder();
    let rest = "";
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      const lines = (rest + decoder.decode(chunk.subarray(0, length), { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  } finally {
    closeSync(file);
  }
}
