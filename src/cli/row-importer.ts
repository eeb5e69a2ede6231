/**
 * Puts rows in batches, a bounded number of them in flight: one at first, one more after each that went well, and half
 * as many after one that did not come through in time, so that a cold or busy cluster is not asked for more than it can
 * answer. Two rows of one key are never under way together, so that
 * the later line is the later write. A row that fails is noted and the others go on; only when many fail in a row, with
 * nothing succeeding between, is the cluster taken to be gone.
 */
import { AtollError, type BatchResult, type Lifetime, type PutResult } from "../client/index.js";
import { isUnavailable } from "./client-session.js";
import { type JsonRow, parseRow } from "./json-row.js";
import { LineProblems } from "./line-problems.js";
import type { TextLine } from "./text-lines.js";
import type { ValueBucket } from "./value-bucket.js";

const BATCH_ROWS_MAX = 128;
/** Of lines; one larger line is a batch of its own. */
const BATCH_CHARACTERS_MAX = 2 ** 20;
const BATCHES_IN_FLIGHT_MAX = 8;
const FAILURES_IN_A_ROW_MAX = 128;

export interface ImportOptions {
  readonly bucket: Pick<ValueBucket, "putMany">;
  /** Of each row. */
  readonly lifetime: Lifetime;
  /** Ends the import in order: what is in flight is waited for. */
  readonly signal: AbortSignal;
  /** Called after each batch, with the rows written so far and the bytes of the file behind them. */
  readonly onProgress: (rows: number, bytes: number) => void;
}

export interface ImportOutcome {
  readonly rows: number;
  readonly problems: LineProblems;
  /** Why it ended before the file did, and the last line that it looked at. */
  readonly stopped: { readonly cause: AtollError | "interrupted"; readonly line: number } | undefined;
}

interface Batch {
  readonly rows: (JsonRow & { readonly line: number })[];
  readonly keys: Set<string>;
  characters: number;
  endBytes: number;
}

export class RowImporter {
  readonly #options: ImportOptions;
  readonly #problems = new LineProblems();
  readonly #inFlight = new Set<Batch>();
  #open = newBatch();
  /** Batches that may be in flight. */
  #window = 1;
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
        if (row !== undefined) await this.#add(row, line);
      }
    } catch (error) {
      // An interrupted source ends in its own way.
      if (!this.#options.signal.aborted) throw error;
    } finally {
      await this.#flush();
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

  async #add(row: JsonRow, line: TextLine): Promise<void> {
    const characters = "text" in line.content ? line.content.text.length : 0;
    if (this.#open.keys.has(row.key) || this.#open.characters + characters > BATCH_CHARACTERS_MAX) {
      await this.#flush();
    }
    await this.#until(() => !this.#isInFlight(row.key));
    const open = this.#open;
    open.rows.push({ ...row, line: line.number });
    open.keys.add(row.key);
    open.characters += characters;
    open.endBytes = line.endBytes;
    if (open.rows.length === BATCH_ROWS_MAX) await this.#flush();
    // Rows that come slowly do not wait for company.
    else if (this.#inFlight.size === 0) this.#send();
  }

  async #flush(): Promise<void> {
    await this.#until(() => this.#inFlight.size < this.#window);
    this.#send();
  }

  #isInFlight(key: string): boolean {
    for (const batch of this.#inFlight) if (batch.keys.has(key)) return true;
    return false;
  }

  #send(): void {
    const batch = this.#open;
    if (batch.rows.length === 0) return;
    this.#open = newBatch();
    this.#inFlight.add(batch);
    this.#put(batch).then((results) => {
      for (const [at, { line }] of batch.rows.entries()) {
        const result = results[at];
        if (result?.ok === false) this.#failed(line, result.error);
        else this.#written();
      }
      this.#resize(results.some((result) => !result.ok && isUnavailable(result.error)));
      this.#inFlight.delete(batch);
      this.#options.onProgress(this.#rows, batch.endBytes);
      if (this.#inFlight.size === 0) this.#send();
      this.#wake?.();
    });
  }

  /** Never rejects: that a batch could not even be tried is the failure of each of its rows. */
  #put({ rows }: Batch): Promise<BatchResult<PutResult>[]> {
    const { bucket, lifetime } = this.#options;
    return bucket
      .putMany(rows, lifetime)
      .catch((thrown) => rows.map(({ key }) => ({ key, ok: false, error: AtollError.from(thrown) })));
  }

  #resize(isTooMuch: boolean): void {
    this.#window = isTooMuch
      ? Math.max(1, Math.floor(this.#window / 2))
      : Math.min(BATCHES_IN_FLIGHT_MAX, this.#window + 1);
  }

  #written(): void {
    this.#rows += 1;
    this.#failuresInARow = 0;
  }

  #failed(line: number, error: AtollError): void {
    this.#problems.add(line, error.message);
    if (!isUnavailable(error)) return;
    this.#failuresInARow += 1;
    if (this.#failuresInARow >= FAILURES_IN_A_ROW_MAX) this.#gone ??= error;
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

function newBatch(): Batch {
  return { rows: [], keys: new Set(), characters: 0, endBytes: 0 };
}
