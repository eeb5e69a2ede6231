/** After the faults: every key that was written, read in every region. */
import type { AtollClient } from "../../src/client/index.js";
import type { HistoryLine } from "./history/history-line.js";
import type { Recorder } from "./history/recorder.js";
import { MULTI_BUCKET, MULTI_KEYS } from "./workloads/multi.js";
import { REGISTER_BUCKET, REGISTER_KEYS, SESSION_BUCKET, sessionKeys } from "./workloads/register.js";
import { SET_BUCKET } from "./workloads/set.js";

const CONSISTENCY = "LOCAL_QUORUM";
const TIMEOUT_MS = 20_000;
const BATCH = 500;
/** Right after a heal, a busy machine may need another try. */
const ROUNDS_MAX = 5;

/** One region's reader, with a recorder for each workload. */
export interface FinalReader {
  readonly db: AtollClient;
  readonly recorders: Readonly<Record<"set" | "multi" | "register" | "session", Recorder>>;
}

/** The keys of the set, of a history as it stands. */
export function setKeys(history: Iterable<HistoryLine>): string[] {
  const keys: string[] = [];
  for (const line of history) {
    if (line.process === "nemesis" || line.workload !== "set") continue;
    if (line.type === "invoke" && line.f === "put") keys.push(line.key);
  }
  return keys;
}

/** Returns how many reads failed to the last. */
export async function readAll(
  { db, recorders }: FinalReader,
  regions: readonly string[],
  elements: readonly string[],
): Promise<number> {
  const failed = [
    await readRegisters(db, recorders.set, SET_BUCKET, elements),
    await readRegisters(db, recorders.register, REGISTER_BUCKET, REGISTER_KEYS),
    await readRegisters(db, recorders.session, SESSION_BUCKET, regions.flatMap(sessionKeys)),
    await readMultis(db, recorders.multi),
  ];
  return failed.reduce((sum, count) => sum + count, 0);
}

async function readRegisters(
  db: AtollClient,
  recorder: Recorder,
  bucket: string,
  keys: readonly string[],
): Promise<number> {
  let missing = keys;
  for (let round = 0; missing.length > 0 && round < ROUNDS_MAX; round++) {
    const failed: string[] = [];
    for (let at = 0; at < missing.length; at += BATCH) {
      const batch = missing.slice(at, at + BATCH);
      const results = await db
        .register<string>(bucket)
        .getMany(batch, { consistency: CONSISTENCY, timeoutMs: TIMEOUT_MS });
      for (const result of results) {
        const key = String(result.key);
        const read = await recorder.call(
          { f: "get", key, value: null, isFinal: true },
          async () => {
            if (!result.ok) throw result.error;
            return result.result;
          },
          ({ found, value, hlc, region }) => ({ value: found ? value : null, hlc: String(hlc), region }),
        );
        if (read === undefined) failed.push(key);
      }
    }
    missing = failed;
  }
  return missing.length;
}

async function readMultis(db: AtollClient, recorder: Recorder): Promise<number> {
  const bucket = db.multi<string>(MULTI_BUCKET);
  let failed = 0;
  for (const key of MULTI_KEYS) {
    for (let round = 1; ; round++) {
      const read = await recorder.call(
        { f: "get", key, value: null, isFinal: true },
        () => bucket.get(key, { consistency: CONSISTENCY, timeoutMs: TIMEOUT_MS }),
        ({ values, hlc, region }) => ({ value: [...values], hlc: String(hlc), region }),
      );
      if (read !== undefined) break;
      if (round < ROUNDS_MAX) continue;
      failed += 1;
      break;
    }
  }
  return failed;
}
