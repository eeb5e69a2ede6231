/**
 * Puts rows with a bounded number in flight. Two rows of one key are never in flight together, so that the later line
 * is the later write. A row that fails is noted and the others go on; only when many fail in a row, with nothing
 * succeeding between, is the cluster taken to be gone.
 */
import { AtollError } from "../client/index.js";
import { isUnavailable } from "./client-session.js";
import { type JsonRow, parseRow } from "./json-row.js";
import { LineProblems } from "./line-problems.js";
import type { TextLine } from "./text-lines.js";
import type { ValueBucket } from "./value-bucket.js";

const ROWS_IN_FLIGHT_MAX = 128;
/** Of lines; one larger line travels alone. */
const BYTES_IN_FLIGHT_MAX = 32 * 2 ** 20;

export interface ImportOptions {
  readonly bucket: Pick<ValueBucket, "put">;
  /** Ends the import in order: what is in flight is waited for. */
  readonly signal: AbortSignal;
  /** Called after each row, with the rows written so far and the bytes of the file behind them. */
  readonly onProgress: (rows: number, bytes: number) => void;
}

export interface ImportOutcome {
  readonly rows: number;
  readonly problems: LineProblems;
  /** Why it ended before the file did, and the last line that it looked at. */
  readonly stopped: { readonly cause: AtollError | "interrupted"; readonly line: number } | undefined;
}

export class RowImporter {
  readonly #options: ImportOptions;
  readonly #problems = new LineProblems();
  /** By key. */
  readonly #inFlight = new Set<string>();
  #bytesInFlight = 0;
  #rows = 0;
  /** Of the cluster, with no success between. */
  #failuresInARow = 0;
  #gone: AtollError | undefined;
  #wake: (() => void) | undefined;

  private constructor(options: ImportOptions) {
    this.#options = options;
  }

  /** Resolves when every row is written or has failed. Rejects only when `lines` does. */
  static run(lines: AsyncIterable<TextLine>, options: ImportOptions): Promise<ImportOutcome> {
    return new RowImporter(options).#run(lines);
  }

  async #run(lines: AsyncIterable<TextLine>): Promise<ImportOutcome> {
    let last = 0;
    try {
      for await (const line of lines) {
        if (this.#stopCause !== undefined) break;
        last = line.number;
        const row = this.#parse(line);
        if (row === undefined) continue;
        const bytes = "text" in line.content ? line.content.text.length : 0;
        await this.#until(() => this.#hasRoom(row.key, bytes));
        this.#start(row, line, bytes);
      }
    } catch (error) {
      // An interrupted source ends in its own way.
      if (!this.#options.signal.aborted) throw error;
    } finally {
      await this.#until(() => this.#inFlight.size === 0);
    }
    const cause = this.#stopCause;
    return {
      rows: this.#rows,
      problems: this.#problems,
      stopped: cause === undefined ? undefined : { cause, line: last },
    };
  }

  get #stopCause(): AtollError | "interrupted" | undefined {
    return this.#gone ?? (this.#options.signal.aborted ? "interrupted" : undefined);
  }

  /** Undefined for an empty line, and for one that cannot be used. */
  #parse({ number, content }: TextLine): JsonRow | undefined {
    if ("fault" in content) {
      this.#problems.add(number, content.fault);
      return undefined;
    }
    if (content.text.trim() === "") return undefined;
    try {
      return parseRow(content.text);
    } catch (error) {
      this.#problems.add(number, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #hasRoom(key: string, bytes: number): boolean {
    if (this.#inFlight.size === 0) return true;
    return (
      this.#inFlight.size < ROWS_IN_FLIGHT_MAX &&
      this.#bytesInFlight + bytes <= BYTES_IN_FLIGHT_MAX &&
      !this.#inFlight.has(key)
    );
  }

  #start({ key, value }: JsonRow, line: TextLine, bytes: number): void {
    this.#inFlight.add(key);
    this.#bytesInFlight += bytes;
    const ended = (): void => {
      this.#inFlight.delete(key);
      this.#bytesInFlight -= bytes;
      this.#options.onProgress(this.#rows, line.endBytes);
      this.#wake?.();
    };
    this.#options.bucket.put(key, value).then(
      () => {
        this.#rows += 1;
        this.#failuresInARow = 0;
        ended();
      },
      (thrown) => {
        this.#failed(line.number, AtollError.from(thrown));
        ended();
      },
    );
  }

  #failed(line: number, error: AtollError): void {
    this.#problems.add(line, error.message);
    if (!isUnavailable(error)) return;
    this.#failuresInARow += 1;
    if (this.#failuresInARow >= ROWS_IN_FLIGHT_MAX) this.#gone ??= error;
  }

  /** Only one thing waits at a time: reading the next line. */
  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
