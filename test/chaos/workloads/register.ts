/**
 * Registers that are put and read over and over. `register`: few keys, shared by all, at `QUORUM`. `session`: few keys
 * of each region, shared by its clients, at `LOCAL_QUORUM`.
 */
import type { ConsistencyLevel } from "../../../src/client/index.js";
import type { Step, Worker } from "./worker.js";

export const REGISTER_BUCKET = "chaos-register";
export const SESSION_BUCKET = "chaos-session";
const PUT_PROBABILITY = 0.4;
const KEYS = 6;

export const REGISTER_KEYS = Array.from({ length: KEYS }, (_, n) => `r${n}`);

export function sessionKeys(region: string): string[] {
  return REGISTER_KEYS.map((key) => `${region}-${key}`);
}

export function registerWorkload(worker: Worker): Step {
  return overAndOver(worker, REGISTER_BUCKET, REGISTER_KEYS, "QUORUM");
}

export function sessionWorkload(worker: Worker): Step {
  return overAndOver(worker, SESSION_BUCKET, sessionKeys(worker.recorder.home), "LOCAL_QUORUM");
}

function overAndOver(
  { name, db, random, recorder, mintedIn }: Worker,
  bucketName: string,
  keys: readonly string[],
  consistency: ConsistencyLevel,
): Step {
  const bucket = db.register<string>(bucketName);
  let puts = 0;
  return async () => {
    const key = keys[random.below(keys.length)] ?? "";
    if (random.chance(PUT_PROBABILITY)) {
      const value = `${name}#${++puts}`;
      const put = await recorder.call(
        { f: "put", key, value },
        () => bucket.put(key, value, { consistency }),
        (written) => {
          const minted = mintedIn(bucketName, key, written);
          return {
            hlc: String(written.hlc),
            region: written.region,
            ...(minted === undefined ? {} : { minted }),
          };
        },
      );
      return put !== undefined;
    }
    const read = await recorder.call(
      { f: "get", key, value: null },
      () => bucket.get(key, { consistency }),
      ({ found, value, hlc, region }) => ({ value: found ? value : null, hlc: String(hlc), region }),
    );
    return read !== undefined;
  };
}
