/**
 * When operations begin. Closed loop: so many clients, each of which begins the next when the last is done; a store that
 * stalls is then asked less, and few operations see the stall. Open loop: at a given rate, whatever the store does, with
 * latencies taken from when an operation was to begin, so that a stall shows in all that it held up (no coordinated
 * omission: Tene, "How NOT to measure latency").
 */

/** Runs one operation, which counts from `startedMs` on, to its end. Says whether it went well; never rejects. */
type Perform = (startedMs: number) => Promise<boolean>;

export interface Pace {
  /** Operations in flight at most. */
  readonly concurrency: number;
  /** Open loop at so many a second; undefined: closed loop. */
  readonly perSecond: number | undefined;
}

/** All as `performance.now` has it. */
export interface Span {
  readonly startMs: number;
  /** What begins from here on is measured. */
  readonly measureFromMs: number;
  /** Nothing begins from here on. */
  readonly endMs: number;
  /** Nor when so many that are measured have begun. */
  readonly operations: number;
  readonly signal: AbortSignal;
}

/** A client whose operation failed waits before the next: a store that refuses at once is not to be asked in a tight loop. */
const AFTER_FAILURE_MS = 10;
const MS_PER_SECOND = 1_000;
const TIMER_MS_MIN = 1;

/** Resolves once all that began is over, to how many were due and never began. */
export async function pace(pacing: Pace, span: Span, perform: Perform): Promise<number> {
  const { concurrency, perSecond } = pacing;
  if (perSecond !== undefined) return await new OpenLoop(concurrency, perSecond, span, perform).run();
  await closedLoop(concurrency, span, perform);
  return 0;
}

async function closedLoop(concurrency: number, span: Span, perform: Perform): Promise<void> {
  const { endMs, measureFromMs, operations, signal } = span;
  let measured = 0;
  const client = async (): Promise<void> => {
    while (measured < operations && !signal.aborted) {
      const nowMs = performance.now();
      if (nowMs >= endMs) return;
      if (nowMs >= measureFromMs) measured++;
      if (!(await perform(nowMs))) await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE_MS));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
}

class OpenLoop {
  readonly #concurrency: number;
  readonly #intervalMs: number;
  readonly #span: Span;
  readonly #perform: Perform;
  /** Of those that ever begin. */
  readonly #total: number;
  #begun = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #resolve: (unstarted: number) => void = () => {};

  constructor(concurrency: number, perSecond: number, span: Span, perform: Perform) {
    this.#concurrency = concurrency;
    this.#intervalMs = MS_PER_SECOND / perSecond;
    this.#span = span;
    this.#perform = perform;
    const { endMs, measureFromMs, operations, startMs } = span;
    const warmUp = Math.ceil((measureFromMs - startMs) / this.#intervalMs);
    this.#total = Math.min(warmUp + operations, Math.ceil((endMs - startMs) / this.#intervalMs));
  }

  async run(): Promise<number> {
    const { signal } = this.#span;
    const wake = (): void => this.#beginDue();
    signal.addEventListener("abort", wake);
    try {
      return await new Promise<number>((resolve) => {
        this.#resolve = resolve;
        this.#beginDue();
      });
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }

  /** Those that are due, as far as there is room: the others keep their time, and begin when an earlier one is over. */
  #beginDue(): void {
    clearTimeout(this.#timer);
    const nowMs = performance.now();
    while (!this.#isOver(nowMs) && this.#inFlight < this.#concurrency) {
      const dueMs = this.#dueMs();
      if (dueMs > nowMs) {
        this.#timer = setTimeout(() => this.#beginDue(), Math.max(TIMER_MS_MIN, dueMs - nowMs));
        return;
      }
      this.#begin(dueMs);
    }
    if (this.#isOver(nowMs) && this.#inFlight === 0) this.#resolve(this.#unstarted());
  }

  #begin(dueMs: number): void {
    this.#begun++;
    this.#inFlight++;
    this.#perform(dueMs).then(() => {
      this.#inFlight--;
      this.#beginDue();
    });
  }

  #dueMs(): number {
    return this.#span.startMs + this.#begun * this.#intervalMs;
  }

  #isOver(nowMs: number): boolean {
    const { endMs, signal } = this.#span;
    return this.#begun >= this.#total || nowMs >= endMs || signal.aborted;
  }

  #unstarted(): number {
    return this.#span.signal.aborted ? 0 : this.#total - this.#begun;
  }
}
