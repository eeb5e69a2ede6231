/** How a run goes, a line a second on a terminal's stderr; off a terminal nothing. */
import type { LoadProgress, SecondResult } from "../../bench/index.js";
import { ProgressBar } from "./progress-bar.js";
import { wholeNumber } from "./table.js";

export class LiveLines implements LoadProgress {
  readonly #stream: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly #bar = ProgressBar.onStderr("records");

  constructor(stream: { readonly isTTY?: boolean; write(text: string): unknown }) {
    this.#stream = stream;
  }

  loading(done: number, total: number): void {
    this.#bar.update(done, done / total);
  }

  warmingUp(): void {
    this.#line("warming up");
  }

  second({ second, count, errors, p50Ms, p99Ms, maxMs }: SecondResult): void {
    const failures = errors === 0 ? "" : `  ${wholeNumber(errors)} errors`;
    this.#line(
      `${String(second + 1).padStart(4)} s  ${wholeNumber(count).padStart(9)} ops/s  p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms  max ${maxMs.toFixed(2)} ms${failures}`,
    );
  }

  close(): void {
    this.#bar.clear();
  }

  #line(text: string): void {
    this.#bar.clear();
    if (this.#stream.isTTY === true) this.#stream.write(`${text}\n`);
  }
}
