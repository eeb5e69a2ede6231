/** A whole run: clients connect, write the records, and then all begin at the same time. */
import type { Driver } from "../drivers/index.js";
import { sizeText } from "../workload/index.js";
import { environment } from "./environment.js";
import { ForkedClient } from "./forked-client.js";
import { type LoadClient, LocalClient, type Outcome } from "./load-client.js";
import { phaseResult, Series } from "./phase.js";
import { driverOf, type LoadPlan, workloadOf } from "./plan.js";
import type { BenchResult, GeoResult, SecondResult } from "./result.js";

/** What a run tells while it goes on, once a second. */
export interface LoadProgress {
  /** So many records are written, of so many. */
  loading(done: number, total: number): void;
  warmingUp(): void;
  second(result: SecondResult): void;
}

/** What else is watched while a load runs. */
export interface RunObserver {
  /** @param measureFromMs when what is measured begins, as `Date.now` has it */
  begin(measureFromMs: number): Promise<void>;
  /** The load is over. */
  end(writtenBytes: number): Promise<GeoResult>;
  close(): Promise<void>;
}

/** Time for all clients to hear when it begins, and for watches to stand. */
const BEGIN_MS = 100;
const OBSERVED_BEGIN_MS = 2_000;
const SECOND_MS = 1_000;
/** What a client tells of a second is here by then, unless it hangs. */
const TOLD_MS = 300;

/**
 * @param plans one for each client process
 * @param signal ends the run early: the result is of what was done until then
 * @returns rejects when a client cannot connect or load, with the error of its driver
 */
export async function runLoad(
  plans: readonly LoadPlan[],
  progress: LoadProgress,
  signal: AbortSignal,
  observer?: RunObserver,
): Promise<BenchResult> {
  const [first] = plans;
  if (first === undefined) throw new Error("a run has at least one client");
  const startedAt = new Date().toISOString();
  const clients = await connectAll(plans, signal);
  try {
    const loaded = first.isLoading ? await loadAll(clients, first.records, progress) : undefined;
    const series = new Series();
    const atMs = Date.now() + (observer === undefined ? BEGIN_MS : OBSERVED_BEGIN_MS);
    await observer?.begin(atMs + first.warmUpSeconds * SECOND_MS);
    const outcomes = await runAll(clients, { atMs, warmUpSeconds: first.warmUpSeconds, series, progress });
    const written = outcomes.reduce((sum, { writtenBytes }) => sum + writtenBytes, 0);
    return {
      tool: "atoll bench",
      format: 1,
      startedAt,
      ...environment(),
      settings: settingsOf(first, plans),
      guarantees: [...driverOf(first).guarantees(first.target)],
      load: loaded === undefined ? null : phaseResult(loaded),
      run: {
        ...phaseResult(outcomes),
        unstarted: outcomes.reduce((sum, { unstarted }) => sum + unstarted, 0),
        series: series.all(),
      },
      geo: (await observer?.end(written)) ?? null,
    };
  } finally {
    await Promise.allSettled(clients.map((client) => client.close()));
  }
}

async function connectAll(plans: readonly LoadPlan[], signal: AbortSignal): Promise<LoadClient[]> {
  const connecting = plans.map((plan) =>
    plans.length === 1 ? LocalClient.connect(plan, signal) : ForkedClient.connect(plan, signal),
  );
  const settled = await Promise.allSettled<LoadClient>(connecting);
  const connected = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const refused = settled.find((one) => one.status === "rejected");
  if (refused === undefined) return connected;
  await Promise.allSettled(connected.map((client) => client.close()));
  throw refused.reason;
}

async function loadAll(
  clients: readonly LoadClient[],
  records: number,
  progress: LoadProgress,
): Promise<Outcome[]> {
  let done = 0;
  return await Promise.all(
    clients.map((client) =>
      client.load(({ latencies }) => {
        done += latencies.count;
        progress.loading(done, records);
      }),
    ),
  );
}

interface Running {
  /** As `Date.now` has it. */
  readonly atMs: number;
  readonly warmUpSeconds: number;
  readonly series: Series;
  readonly progress: LoadProgress;
}

async function runAll(
  clients: readonly LoadClient[],
  { atMs, progress, series, warmUpSeconds }: Running,
): Promise<Outcome[]> {
  const live = tellEachSecond(atMs + warmUpSeconds * SECOND_MS, series, progress);
  if (warmUpSeconds > 0) progress.warmingUp();
  try {
    return await Promise.all(clients.map((client) => client.run(atMs, (record) => series.add(record))));
  } finally {
    clearTimeout(live.timer);
  }
}

/** A second is told of when it and the one after it are over: until then clients may still have something to say of it. */
function tellEachSecond(measureFromMs: number, series: Series, progress: LoadProgress) {
  const live: { timer: NodeJS.Timeout | undefined } = { timer: undefined };
  const waitFor = (second: number): void => {
    const dueMs = measureFromMs + (second + 2) * SECOND_MS + TOLD_MS;
    live.timer = setTimeout(() => {
      progress.second(series.at(second));
      waitFor(second + 1);
    }, dueMs - Date.now());
  };
  waitFor(0);
  return live;
}

function settingsOf(first: LoadPlan, plans: readonly LoadPlan[]): BenchResult["settings"] {
  const rates = plans.map(({ perSecond }) => perSecond).filter((rate) => rate !== undefined);
  const counts = plans.map(({ operations }) => operations).filter((count) => count !== undefined);
  const total = (numbers: readonly number[]): number | null =>
    numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0);
  return {
    driver: first.driver,
    workload: first.workload,
    keys: first.keys ?? workloadOf(first).keys,
    records: first.records,
    valueBytes: sizeText(first.valueBytes),
    keyBytes: first.keyBytes ?? null,
    processes: plans.length,
    concurrency: first.concurrency,
    ratePerSecond: total(rates),
    warmUpSeconds: first.warmUpSeconds,
    seconds: first.seconds ?? null,
    operations: total(counts),
    regions: [...new Set(plans.map(({ target }) => target.region).filter((region) => region !== undefined))],
    readConsistency: first.target.readConsistency ?? null,
    writeConsistency: first.target.writeConsistency ?? null,
    seed: first.seed,
  };
}

/** The operations of a workload that the driver cannot do. */
export function unsupported(driver: Driver, workload: ReturnType<typeof workloadOf>): string[] {
  return [workload.load, ...workload.mix.map(([kind]) => kind)].filter(
    (kind) => !driver.operations.has(kind),
  );
}
