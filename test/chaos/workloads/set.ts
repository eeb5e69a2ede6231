/** Keys of its own, each put once; some are deleted later, by who put them and with the context of that put. */
import type { Register } from "../../../src/client/index.js";
import type { Recorder } from "../history/recorder.js";
import type { Step, Worker } from "./worker.js";

export const SET_BUCKET = "chaos-set";
const CONSISTENCY = "LOCAL_QUORUM";
const DELETE_PROBABILITY = 0.25;
/** Candidates for deletion; beyond it the oldest is kept for good. */
const POOL_MAX = 100;

interface Element {
  readonly key: string;
  readonly context: Uint8Array;
}

export function setWorkload({ name, db, random, recorder }: Worker): Step {
  const bucket = db.register<string>(SET_BUCKET);
  const pool: Element[] = [];
  let puts = 0;
  return async () => {
    if (pool.length > 0 && random.chance(DELETE_PROBABILITY)) {
      const [element] = pool.splice(random.below(pool.length), 1);
      return element !== undefined && (await remove(bucket, recorder, element));
    }
    const key = `${name}-${++puts}`;
    const value = `value of ${key}`;
    const put = await recorder.call(
      { f: "put", key, value },
      () => bucket.put(key, value, { consistency: CONSISTENCY }),
      ({ hlc, region }) => ({ hlc: String(hlc), region }),
    );
    if (put === undefined) return false;
    pool.push({ key, context: put.context });
    if (pool.length > POOL_MAX) pool.shift();
    return true;
  };
}

async function remove(
  bucket: Register<string>,
  recorder: Recorder,
  { key, context }: Element,
): Promise<boolean> {
  const removed = await recorder.call(
    { f: "delete", key, value: null },
    () => bucket.delete(key, { consistency: CONSISTENCY, context }),
    ({ hlc, region }) => ({ hlc: String(hlc), region }),
  );
  return removed !== undefined;
}
