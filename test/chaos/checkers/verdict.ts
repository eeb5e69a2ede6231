/** What a checker says of a history. */
import type { HistoryLine } from "../history/history-line.js";

export interface Violation {
  readonly what: string;
  /** Those that show it. */
  readonly lines: readonly HistoryLine[];
}

export interface Verdict {
  readonly name: string;
  /** False: nobody promised it; it is only reported. */
  readonly isPromised: boolean;
  readonly ok: boolean;
  /** What there was to check: a verdict over nothing is worth nothing. */
  readonly counted: Readonly<Record<string, number>>;
  readonly violationCount: number;
  /** The first few. */
  readonly violations: readonly Violation[];
}

export type Checker = (history: Iterable<HistoryLine>) => Verdict;

const VIOLATIONS_SHOWN_MAX = 5;

export class Findings {
  readonly #counted: Record<string, number> = {};
  readonly #violations: Violation[] = [];
  #violationCount = 0;

  count(what: string): void {
    this.#counted[what] = (this.#counted[what] ?? 0) + 1;
  }

  violated(what: string, ...lines: readonly HistoryLine[]): void {
    this.#violationCount += 1;
    if (this.#violations.length < VIOLATIONS_SHOWN_MAX) this.#violations.push({ what, lines });
  }

  verdict(name: string, isPromised = true): Verdict {
    const [violations, violationCount] = [this.#violations, this.#violationCount];
    const ok = violationCount === 0;
    return { name, isPromised, ok, counted: this.#counted, violationCount, violations };
  }
}
