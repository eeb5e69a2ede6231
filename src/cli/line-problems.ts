/** What was wrong with the lines of a file: all are counted, and as many are kept as a person would read. */

interface LineProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

const KEPT_MAX = 20;

export class LineProblems {
  readonly kept: LineProblem[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(line: number, message: string): void {
    this.#count += 1;
    if (this.kept.length < KEPT_MAX) this.kept.push({ line, message });
  }

  /** For stderr, in the order of the lines. */
  lines(): string[] {
    const sorted = this.kept.toSorted((left, right) => left.line - right.line);
    const more = this.#count - sorted.length;
    return [
      ...sorted.map(({ line, message }) => `line ${line}: ${message}`),
      ...(more > 0 ? [`and ${more} more`] : []),
    ];
  }
}
