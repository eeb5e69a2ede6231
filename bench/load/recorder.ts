/** What came of the operations of one client process: per kind over all, and per second as the seconds go by. */
import type { OperationKind } from "../workload/index.js";
import { Latencies } from "./latencies.js";

/** Of one kind of operation. Failures are counted apart: how fast something fails says nothing of how fast it works. */
export interface OperationRecord {
  readonly latencies: Latencies;
  /** Reason to how often. */
  readonly errors: Map<string, number>;
}

export interface SecondRecord {
  /** The first of the measured run is 0. */
  readonly second: number;
  readonly errors: number;
  readonly latencies: Latencies;
}

/** A store may put anything into a reason: so many are told apart. */
const REASONS_MAX = 32;
const OTHER_REASONS = "OTHER";
const SECOND_MS = 1_000;

export class Recorder {
  readonly #fromMs: number;
  readonly #onSecond: (record: SecondRecord) => void;
  /** Of the seconds that are over. */
  readonly #over = new Map<OperationKind, OperationRecord>();
  /** Of this one: added to the others when it is over, so that each operation is recorded once. */
  #current = new Map<OperationKind, OperationRecord>();
  #second = 0;
  #settled = 0;
  #writtenBytes = 0;

  /** @param fromMs operations that began before are not recorded, as `performance.now` has it */
  constructor(fromMs: number, onSecond: (record: SecondRecord) => void) {
    this.#fromMs = fromMs;
    this.#onSecond = onSecond;
  }

  /** How many operations are over, those that are not recorded with them. */
  get settled(): number {
    return this.#settled;
  }

  /** Of what is recorded. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /**
   * @param startedMs when it was to begin, which may be before it did
   * @param writtenBytes 0 for a read
   */
  succeeded(kind: OperationKind, startedMs: number, nowMs: number, writtenBytes: number): void {
    this.#settled++;
    if (startedMs < this.#fromMs) return;
    this.#turnTo(nowMs);
    this.#writtenBytes += writtenBytes;
    recordOf(this.#current, kind).latencies.record(nowMs - startedMs);
  }

  failed(kind: OperationKind, reason: string, startedMs: number, nowMs: number): void {
    this.#settled++;
    if (startedMs < this.#fromMs) return;
    this.#turnTo(nowMs);
    count(recordOf(this.#current, kind).errors, reason, 1);
  }

  /** Tells of the last second. @returns what was recorded in all */
  finish(): ReadonlyMap<OperationKind, OperationRecord> {
    this.#endSecond();
    return this.#over;
  }

  /** Ends the second that is over, once something happens in a later one. */
  #turnTo(nowMs: number): void {
    const second = Math.floor((nowMs - this.#fromMs) / SECOND_MS);
    if (second === this.#second) return;
    this.#endSecond();
    this.#second = second;
  }

  #endSecond(): void {
    if (this.#current.size === 0) return;
    const latencies = Latencies.none();
    let failures = 0;
    for (const [kind, record] of this.#current) {
      const total = recordOf(this.#over, kind);
      total.latencies.add(record.latencies);
      latencies.add(record.latencies);
      for (const [reason, times] of record.errors) {
        count(total.errors, reason, times);
        failures += times;
      }
    }
    this.#current = new Map();
    this.#onSecond({ second: this.#second, errors: failures, latencies });
  }
}

function recordOf(records: Map<OperationKind, OperationRecord>, kind: OperationKind): OperationRecord {
  const known = records.get(kind);
  if (known !== undefined) return known;
  const record = { latencies: Latencies.none(), errors: new Map<string, number>() };
  records.set(kind, record);
  return record;
}

function count(errors: Map<string, number>, reason: string, times: number): void {
  const counted = errors.has(reason) || errors.size < REASONS_MAX ? reason : OTHER_REASONS;
  errors.set(counted, (errors.get(counted) ?? 0) + times);
}
