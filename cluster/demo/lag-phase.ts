/**
 * Replication lag, as the nodes themselves measure it: from the stamp of a write in its region to its durable arrival
 * in another. A link's own delay is the least it can be.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { NodeLag } from "../../src/client/index.js";
import { roundTripMs } from "../regions.js";
import type { Check } from "./check.js";
import { type Latencies, LatencyRecorder } from "./latencies.js";
import type { DemoSession } from "./session.js";

const VISITS_BUCKET = "visits";
const VISITS_PER_REGION = 100;
const VISIT_PAUSE_MS = 15;
const ARRIVAL_MS_MAX = 1000;

/** What one region sees of another's writes. */
export interface PairLag {
  readonly from: string;
  readonly to: string;
  /** Of the link, one way. */
  readonly linkMs: number;
  /** Arrivals, on all nodes of the region. */
  readonly arrivals: number;
  /** Of the slowest node of the region. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface QuietMeasures {
  readonly writesPerRegion: number;
  /** Of the writes, by region: how long an application waits for its own region. */
  readonly writeLatencies: Readonly<Record<string, Latencies>>;
  readonly lag: readonly PairLag[];
}

/** Every region writes a little, so that there is lag to measure between all of them, and nothing but the links. */
export async function measureQuietly(session: DemoSession): Promise<QuietMeasures> {
  const latencies = await Promise.all(
    session.regions.map(async (region) => [region, await visit(session, region)] as const),
  );
  return {
    writesPerRegion: VISITS_PER_REGION,
    writeLatencies: Object.fromEntries(latencies),
    lag: await readLag(session),
  };
}

/** Between every two regions that have written to each other since the cluster started. */
export async function readLag(session: DemoSession): Promise<PairLag[]> {
  const reports = await Promise.all(
    session.nodes.map(async ({ region, admin }) => ({
      region,
      report: await admin.lag({ signal: session.signal }),
    })),
  );
  return pairLags(session.regions, reports);
}

/** Summarises the reports of the nodes of each region. */
export function pairLags(
  regions: readonly string[],
  reports: readonly { readonly region: string; readonly report: Pick<NodeLag, "regions"> }[],
): PairLag[] {
  const pairs = regions.flatMap((from) => regions.filter((to) => to !== from).map((to) => ({ from, to })));
  return pairs.flatMap(({ from, to }) => {
    const seen = reports
      .filter(({ region }) => region === to)
      .flatMap(({ report }) => report.regions.filter(({ region, count }) => region === from && count > 0));
    if (seen.length === 0) return [];
    return {
      from,
      to,
      linkMs: roundTripMs(from, to) / 2,
      arrivals: seen.reduce((sum, { count }) => sum + count, 0),
      p50Ms: Math.max(...seen.map(({ p50Ms }) => p50Ms)),
      p99Ms: Math.max(...seen.map(({ p99Ms }) => p99Ms)),
    };
  });
}

/** Stamps are whole milliseconds, so an arrival may seem one early. */
export function checkLag(lag: readonly PairLag[], pairs: number): Check[] {
  const name = (pair: PairLag) => `${pair.from} to ${pair.to} ${Math.round(pair.p50Ms)} ms`;
  const early = lag.filter(({ p50Ms, linkMs }) => p50Ms < linkMs - 1);
  const late = lag.filter(({ p50Ms, linkMs }) => p50Ms > linkMs + ARRIVAL_MS_MAX);
  return [
    {
      name: "lag was measured between all regions, and no link was outrun",
      ok: lag.length === pairs && early.length === 0,
      detail: early.length > 0 ? early.map(name).join(", ") : `${lag.length} of ${pairs} directions`,
    },
    {
      name: `half of all writes arrive within a second of their link's delay`,
      ok: late.length === 0 && lag.length > 0,
      detail: late.length > 0 ? late.map(name).join(", ") : `${lag.length} of ${lag.length} directions`,
    },
  ];
}

async function visit(session: DemoSession, region: string): Promise<Latencies> {
  const bucket = session.in(region).register<string>(VISITS_BUCKET);
  const latencies = new LatencyRecorder();
  for (let number = 1; number <= VISITS_PER_REGION; number += 1) {
    const at = new Date().toISOString();
    await latencies.time(bucket.put(`${region}/${number}`, at, { signal: session.signal }));
    await delay(VISIT_PAUSE_MS, undefined, { signal: session.signal });
  }
  return latencies.summary();
}
