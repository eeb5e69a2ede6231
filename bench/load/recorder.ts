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
  readonly operations = new Map<OperationKind, OperationRecord>();
  readonly #fromMs: number;
  readonly #onSecond: (record: SecondRecord) => void;
  #second = 0;
  #latencies = Latencies.none();
  #errors = 0;
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
    this.#of(kind).latencies.record(nowMs - startedMs);
    this.#latencies.record(nowMs - startedMs);
  }

  failed(kind: OperationKind, reason: string, startedMs: number, nowMs: number): void {
    this.#settled++;
    if (startedMs < this.#fromMs) return;
    this.#turnTo(nowMs);
    const { errors } = this.#of(kind);
    const counted = errors.has(reason) || errors.size < REASONS_MAX ? reason : OTHER_REASONS;
    errors.set(counted, (errors.get(counted) ?? 0) + 1);
    this.#errors++;
  }

  /** Tells of the last second. */
  finish(): void {
    if (this.#errors > 0 || this.#latencies.count > 0) this.#tell();
  }

  /** Tells of the second that is over, once something happens in a later one. */
  #turnTo(nowMs: number): void {
    const second = Math.floor((nowMs - this.#fromMs) / SECOND_MS);
    if (second === this.#second) return;
    this.finish();
    this.#second = second;
  }

  #tell(): void {
    this.#onSecond({ second: this.#second, errors: this.#errors, latencies: this.#latencies });
    this.#latencies = Latencies.none();
    this.#errors = 0;
  }

  #of(kind: OperationKind): OperationRecord {
    const known = this.operations.get(kind);
    if (known !== undefined) return known;
    const record = { latencies: Latencies.none(), errors: new Map<string, number>() };
    this.operations.set(kind, record);
    return record;
  }
}
