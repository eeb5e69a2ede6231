/**
 * A progress bar on one line of a terminal: redrawn in place, at most ten times a second, and wiped when it is done.
 * Off a terminal it is not there at all. Colours obey NO_COLOR.
 */
import { duration, wholeNumber } from "./table.js";

/** What is needed of `process.stderr`. */
interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressBarOptions {
  /** What is counted, in the plural. */
  readonly unit: string;
  readonly stream: TerminalStream;
  readonly hasColor: boolean;
  readonly nowMs: () => number;
}

const REDRAW_MS = 100;
/** What the first rows take says little about the others. */
const GUESS_AFTER_MS = 1_000;
const BAR_CELLS = 24;
const COLUMNS_DEFAULT = 80;
const GREEN = "\x1b[32m";
const PLAIN = "\x1b[39m";
const START_OF_LINE = "\r\x1b[K";

export class ProgressBar {
  readonly #options: ProgressBarOptions;
  readonly #startedAtMs: number;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ProgressBarOptions) {
    this.#options = options;
    this.#startedAtMs = options.nowMs();
  }

  /** On this process's stderr, so that stdout stays clean. */
  static onStderr(unit: string): ProgressBar {
    const hasColor = !process.env.NO_COLOR;
    return new ProgressBar({ unit, stream: process.stderr, hasColor, nowMs: () => performance.now() });
  }

  /**
   * So many are done; `fraction` of the work, 0 to 1, is behind us. Undefined when nobody knows how much there is.
   */
  update(done: number, fraction: number | undefined): void {
    const nowMs = this.#options.nowMs();
    if (this.#options.stream.isTTY !== true || nowMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = nowMs;
    this.#options.stream.write(START_OF_LINE + this.#line(done, fraction, nowMs - this.#startedAtMs));
  }

  /** Wipes the line, for what is written next. */
  clear(): void {
    if (this.#drawnAtMs === Number.NEGATIVE_INFINITY) return;
    this.#drawnAtMs = Number.NEGATIVE_INFINITY;
    this.#options.stream.write(START_OF_LINE);
  }

  #line(done: number, fraction: number | undefined, elapsedMs: number): string {
    const { unit, stream } = this.#options;
    const perSecond = elapsedMs > 0 ? (done * 1_000) / elapsedMs : 0;
    const counts = `${wholeNumber(done)} ${unit}  ${wholeNumber(perSecond)}/s`;
    if (fraction === undefined) return counts;
    const share = Math.min(1, Math.max(0, fraction));
    const isGuessable = share > 0 && elapsedMs >= GUESS_AFTER_MS;
    const left = isGuessable ? `  ${duration((elapsedMs * (1 - share)) / share)} left` : "";
    const text = `${String(Math.floor(share * 100)).padStart(3)}%  ${counts}${left}`;
    // A line that wraps cannot be wiped, so a narrow terminal goes without the bar, and a very narrow one without the
    // end. Some terminals say that they have no columns at all.
    const columns = stream.columns || COLUMNS_DEFAULT;
    if (BAR_CELLS + 2 + text.length >= columns) return text.slice(0, Math.max(0, columns - 1));
    return `${this.#bar(share)}  ${text}`;
  }

  #bar(share: number): string {
    const filled = Math.round(share * BAR_CELLS);
    const [done, rest] = ["█".repeat(filled), "░".repeat(BAR_CELLS - filled)];
    return this.#options.hasColor ? `${GREEN}${done}${PLAIN}${rest}` : `${done}${rest}`;
  }
}
