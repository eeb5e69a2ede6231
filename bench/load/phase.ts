/** Puts together what the clients of a run recorded. */
import type { OperationKind } from "../workload/index.js";
import { Latencies } from "./latencies.js";
import type { Outcome } from "./load-client.js";
import type { SecondRecord } from "./recorder.js";
import type { OperationResult, PhaseResult, SecondResult } from "./result.js";

const MS_PER_SECOND = 1_000;
const PERCENTS = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100];

/** Of all clients together: histograms are added up, never percentiles. */
export function phaseResult(outcomes: readonly Outcome[]): PhaseResult {
  const elapsedMs = Math.max(0, ...outcomes.map((outcome) => outcome.elapsedMs));
  const seconds = elapsedMs / MS_PER_SECOND;
  const kinds = new Set(outcomes.flatMap(({ operations }) => [...operations.keys()]));
  const operations = [...kinds].sort().map((kind) => operationResult(kind, outcomes, seconds));
  const count = operations.reduce((sum, operation) => sum + operation.count, 0);
  const cpuUs = outcomes.map(({ cpuUsPerOperation, operations: own }) => ({
    us: cpuUsPerOperation,
    weight: [...own.values()].reduce((sum, { latencies }) => sum + latencies.count, 0),
  }));
  return {
    seconds: rounded(seconds),
    count,
    errors: operations.reduce((sum, { errors }) => sum + sumOf(Object.values(errors)), 0),
    perSecond: rateOf(count, seconds),
    clientCpuUs: rounded(sumOf(cpuUs.map(({ us, weight }) => us * weight)) / Math.max(1, count)),
    operations,
  };
}

function operationResult(
  operation: OperationKind,
  outcomes: readonly Outcome[],
  seconds: number,
): OperationResult {
  const latencies = Latencies.none();
  const errors = new Map<string, number>();
  for (const { operations } of outcomes) {
    const own = operations.get(operation);
    if (own === undefined) continue;
    latencies.add(own.latencies);
    for (const [reason, count] of own.errors) errors.set(reason, (errors.get(reason) ?? 0) + count);
  }
  return {
    operation,
    count: latencies.count,
    perSecond: rateOf(latencies.count, seconds),
    errors: Object.fromEntries(errors),
    latency: latencies.percentiles(),
    distribution: PERCENTS.map((percent) => [percent, latencies.percentileMs(percent)]),
  };
}

/** The seconds of a run as its clients tell of them, each in its own time. */
export class Series {
  readonly #seconds = new Map<number, { readonly latencies: Latencies; errors: number }>();

  add({ errors, latencies, second }: SecondRecord): void {
    const known = this.#seconds.get(second) ?? { latencies: Latencies.none(), errors: 0 };
    known.latencies.add(latencies);
    known.errors += errors;
    this.#seconds.set(second, known);
  }

  /** Nothing came to its end in a second that nobody told of. */
  at(second: number): SecondResult {
    const { latencies = Latencies.none(), errors = 0 } = this.#seconds.get(second) ?? {};
    const { p50Ms, p99Ms, maxMs } = latencies.percentiles();
    return { second, count: latencies.count, errors, p50Ms, p99Ms, maxMs };
  }

  /** From the first on, without gaps. */
  all(): SecondResult[] {
    const last = Math.max(-1, ...this.#seconds.keys());
    return Array.from({ length: last + 1 }, (_, second) => this.at(second));
  }
}

function rateOf(count: number, seconds: number): number {
  return seconds > 0 ? rounded(count / seconds) : 0;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
