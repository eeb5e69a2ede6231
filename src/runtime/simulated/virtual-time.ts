/**
 * Time that passes only when events run. Everything simulated hangs on this one queue, so a seed decides the whole
 * run: no promises, no real timers, nothing that the machine's load could reorder.
 */
import type { Timer } from "../timers.js";
import { EventHeap, ScheduledEvent } from "./event-heap.js";

/** Beyond this many events one `run` is taken for a loop that never ends. */
const DEFAULT_MAX_EVENTS = 50_000_000;

interface RunOptions {
  /** Stop before the first event later than this; the time is then exactly this. */
  readonly untilMs?: number;
  /** Asked before each event: stop once it is false. */
  readonly while?: () => boolean;
  /** Throw after so many events. */
  readonly maxEvents?: number;
}

/** Why a run ended: no event left, the time reached, or the condition no longer true. */
type RunEnd = "idle" | "until" | "condition";

/** A task threw. Its error is the `cause`; the message says when. */
export class SimulationError extends Error {
  override readonly name = "SimulationError";
  readonly atMs: number;
  constructor(message: string, atMs: number, cause?: unknown) {
    super(`${message} (at virtual time ${atMs} ms)`, cause === undefined ? undefined : { cause });
    this.atMs = atMs;
  }
}

export class VirtualTime {
  readonly #events = new EventHeap();
  #nowMs = 0;
  #sequence = 0;
  #isRunning = false;

  /** Milliseconds since the simulation began, with fractions. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events scheduled and neither run nor cancelled. */
  get pending(): number {
    return this.#events.size;
  }

  /** Runs `task` `delayMs` from now, after all that is already scheduled for that moment. */
  schedule(delayMs: number, task: () => void): Timer {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY)) {
      throw new SimulationError(`cannot schedule an event in ${delayMs} ms`, this.#nowMs);
    }
    const event = new ScheduledEvent(this.#events, this.#nowMs + delayMs, this.#sequence++, task);
    this.#events.add(event);
    return event;
  }

  /** Runs events in order until one of `options` ends it, or none is left. */
  run(options: RunOptions = {}): RunEnd {
    if (this.#isRunning) {
      throw new SimulationError("a task cannot run the simulation that runs it", this.#nowMs);
    }
    this.#isRunning = true;
    try {
      return this.#run(options);
    } finally {
      this.#isRunning = false;
    }
  }

  /** Runs for `durationMs`. */
  runFor(durationMs: number): void {
    this.run({ untilMs: this.#nowMs + durationMs });
  }

  /** Runs until `condition` holds, at most `withinMs`; says whether it does. */
  runUntil(condition: () => boolean, withinMs: number): boolean {
    this.run({ untilMs: this.#nowMs + withinMs, while: () => !condition() });
    return condition();
  }

  #run(options: RunOptions): RunEnd {
    const untilMs = options.untilMs ?? Number.POSITIVE_INFINITY;
    const maxEvents = options.maxEvents ?? DEFAULT_MAX_EVENTS;
    for (let count = 0; ; count++) {
      if (options.while?.() === false) {
        return "condition";
      }
      const event = this.#events.peek();
      if (event === undefined || event.atMs > untilMs) {
        if (options.untilMs !== undefined) {
          this.#nowMs = Math.max(this.#nowMs, untilMs);
        }
        return event === undefined ? "idle" : "until";
      }
      if (count >= maxEvents) {
        throw new SimulationError(`more than ${maxEvents} events in one run`, this.#nowMs);
      }
      this.#events.remove(event);
      this.#nowMs = event.atMs;
      this.#execute(event);
    }
  }

  #execute(event: ScheduledEvent): void {
    try {
      event.task();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SimulationError(`a task failed: ${reason}`, this.#nowMs, error);
    }
  }
}
