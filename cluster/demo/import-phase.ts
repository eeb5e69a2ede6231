/** Imports the places in one region, while the applications of the others read them as they arrive. */
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { BatchResult, RegisterRead } from "../../src/client/index.js";
import { type Check, countCheck } from "./check.js";
import type { Place, PlaceEntry } from "./places.js";
import type { DemoSession } from "./session.js";

export const PLACES_BUCKET = "places";

const BATCH_PLACES = 100;
const BATCHES_IN_FLIGHT = 2;
const READ_PLACES = 100;
const READ_PAUSE_MS = 25;
/** For what a reader has not found when the last place was written. */
const ARRIVAL_TIMEOUT_MS = 30_000;

export interface ImportMeasures {
  readonly region: string;
  readonly places: number;
  readonly accepted: number;
  /** Why the first refused one was. */
  readonly firstError: string | null;
  readonly elapsedMs: number;
  readonly readers: readonly ReaderMeasures[];
}

interface ReaderMeasures {
  readonly region: string;
  /** Keys asked for, each as often as it was asked for. */
  readonly reads: number;
  /** Reads that found the place; the others came before it did. */
  readonly hits: number;
  /** Hits that were not what had been written. */
  readonly wrong: number;
  /** From the end of the import until the last place was found; null when not all were. */
  readonly lastFoundAfterMs: number | null;
}

/** Places that were acknowledged, in the order of their acknowledgement: what the readers go by. */
interface Progress {
  readonly acknowledged: PlaceEntry[];
  firstError: string | null;
  /** When the import ended, on the monotonic clock. */
  endedMs: number | undefined;
}

export async function importPlaces(
  session: DemoSession,
  region: string,
  places: readonly PlaceEntry[],
  onProgress: (acknowledged: number) => void,
): Promise<ImportMeasures> {
  const progress: Progress = { acknowledged: [], firstError: null, endedMs: undefined };
  const startMs = performance.now();
  const importing = writeAll(session, region, places, progress, onProgress).finally(() => {
    progress.endedMs = performance.now();
  });
  const readers = session.regions
    .filter((other) => other !== region)
    .map((other) => readAsTheyArrive(session, other, progress));
  const [, ...measures] = await Promise.all([importing, ...readers]);
  return {
    region,
    places: places.length,
    accepted: progress.acknowledged.length,
    firstError: progress.firstError,
    elapsedMs: Math.round((progress.endedMs ?? performance.now()) - startMs),
    readers: measures,
  };
}

export function checkImport({ places, accepted, firstError, readers }: ImportMeasures): Check[] {
  return [
    countCheck("every place was accepted", accepted, places, firstError),
    ...readers.map(({ region, hits, wrong }) =>
      countCheck(`every place reads the same in ${region}`, hits - wrong, places),
    ),
  ];
}

async function writeAll(
  session: DemoSession,
  region: string,
  places: readonly PlaceEntry[],
  progress: Progress,
  onProgress: (acknowledged: number) => void,
): Promise<void> {
  const bucket = session.in(region).register<Place>(PLACES_BUCKET);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < places.length) {
      const batch = places.slice(next, next + BATCH_PLACES);
      next += batch.length;
      const entries = batch.map(({ key, place }) => ({ key, value: place }));
      const results = await bucket.putMany(entries, { signal: session.signal });
      session.signal.throwIfAborted();
      progress.acknowledged.push(...batch.filter((_entry, at) => results[at]?.ok === true));
      for (const result of results) if (!result.ok) progress.firstError ??= result.error.message;
      onProgress(progress.acknowledged.length);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, work));
}

/** Asks for what was acknowledged in the other region, the newest first, until all is found or time is up. */
async function readAsTheyArrive(
  session: DemoSession,
  region: string,
  progress: Progress,
): Promise<ReaderMeasures> {
  const bucket = session.in(region).register<Place>(PLACES_BUCKET);
  const unseen: PlaceEntry[] = [];
  let [reads, hits, wrong, known] = [0, 0, 0, 0];
  for (;;) {
    const endedMs = progress.endedMs;
    unseen.push(...progress.acknowledged.slice(known));
    known = progress.acknowledged.length;
    const sinceEndMs = endedMs === undefined ? 0 : Math.round(performance.now() - endedMs);
    if (endedMs !== undefined && unseen.length === 0) {
      return { region, reads, hits, wrong, lastFoundAfterMs: sinceEndMs };
    }
    if (sinceEndMs > ARRIVAL_TIMEOUT_MS) return { region, reads, hits, wrong, lastFoundAfterMs: null };
    const asked = unseen.splice(-READ_PLACES);
    const keys = asked.map(({ key }) => key);
    const results = await bucket.getMany(keys, { signal: session.signal });
    const early = asked.filter((_entry, at) => !isFound(results[at]));
    wrong += asked.filter(({ place }, at) => {
      const result = results[at];
      return isFound(result) && !isDeepStrictEqual(result.result.value, place);
    }).length;
    reads += asked.length;
    hits += asked.length - early.length;
    unseen.push(...early);
    if (early.length === asked.length) await delay(READ_PAUSE_MS, undefined, { signal: session.signal });
  }
}

type Read = BatchResult<RegisterRead<Place>>;

function isFound(read: Read | undefined): read is Extract<Read, { readonly ok: true }> {
  return read?.ok === true && read.result.found;
}
