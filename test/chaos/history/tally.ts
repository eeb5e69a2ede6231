/** Counts what came of the calls while a run goes on: for its summary, not for its verdicts. */
import type { LineSink, NewLine } from "./history-file.js";

type Counts = Record<string, number>;

export class Tally implements LineSink {
  readonly #startedAtMs = performance.now();
  /** `set put` to `ok`, `fail` and `info` to how many. */
  readonly calls: Record<string, Counts> = {};
  /** What failures said, without what differs from one to the next. */
  readonly errors: Counts = {};
  readonly #seconds: { ok: number; all: number }[] = [];
  #ok = 0;
  #ended = 0;

  get ok(): number {
    return this.#ok;
  }

  get ended(): number {
    return this.#ended;
  }

  append(line: NewLine): void {
    if (line.process === "nemesis" || line.type === "invoke" || line.isFinal === true) return;
    const isOk = line.type === "ok";
    this.#ended += 1;
    this.#ok += isOk ? 1 : 0;
    add(this.#countsOf(`${line.workload} ${line.f}`), line.type);
    if (line.error !== undefined) add(this.errors, line.error.split(" ").slice(0, 2).join(" "));
    const second = this.#second();
    second.ok += isOk ? 1 : 0;
    second.all += 1;
  }

  /** The share of the calls ended in each second that were ok; undefined where none ended. */
  availability(): (number | undefined)[] {
    return Array.from(this.#seconds, (second) =>
      second === undefined || second.all === 0 ? undefined : second.ok / second.all,
    );
  }

  #countsOf(name: string): Counts {
    const counts = this.calls[name] ?? {};
    this.calls[name] = counts;
    return counts;
  }

  #second(): { ok: number; all: number } {
    const at = Math.floor((performance.now() - this.#startedAtMs) / 1_000);
    while (this.#seconds.length <= at) this.#seconds.push({ ok: 0, all: 0 });
    return this.#seconds[at] ?? { ok: 0, all: 0 };
  }
}

function add(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
