/**
 * Few keys that everybody writes to: blindly, which adds a sibling, or with the context of a read, which replaces what
 * that read returned. Also of a read some time ago, when others have written since.
 */
import type { Step, Worker } from "./worker.js";

export const MULTI_BUCKET = "chaos-multi";
const CONSISTENCY = "LOCAL_QUORUM";
export const MULTI_KEYS = ["m1", "m2", "m3", "m4", "m5", "m6"] as const;
const BLIND_PROBABILITY = 0.25;
const READ_ONLY_PROBABILITY = 0.2;
const DELETE_PROBABILITY = 0.15;
const OLD_CONTEXT_PROBABILITY = 0.2;

interface Seen {
  readonly values: readonly string[];
  readonly context: Uint8Array;
}

export function multiWorkload({ name, db, random, recorder }: Worker): Step {
  const bucket = db.multi<string>(MULTI_BUCKET);
  const seenBefore = new Map<string, Seen>();
  let puts = 0;
  const put = async (key: string, seen: Seen | undefined) => {
    const value = `${name}#${++puts}`;
    return await recorder.call(
      { f: "put", key, value, observed: [...(seen?.values ?? [])] },
      () =>
        bucket.put(key, value, {
          consistency: CONSISTENCY,
          ...(seen === undefined ? {} : { context: seen.context }),
        }),
      ({ hlc, region }) => ({ hlc: String(hlc), region }),
    );
  };
  return async () => {
    const key = MULTI_KEYS[random.below(MULTI_KEYS.length)] ?? MULTI_KEYS[0];
    if (random.chance(BLIND_PROBABILITY)) return (await put(key, undefined)) !== undefined;
    const old = seenBefore.get(key);
    const read = await recorder.call(
      { f: "get", key, value: null },
      () => bucket.get(key, { consistency: CONSISTENCY }),
      ({ values, hlc, region }) => ({ value: [...values], hlc: String(hlc), region }),
    );
    if (read === undefined) return false;
    seenBefore.set(key, read);
    if (random.chance(READ_ONLY_PROBABILITY)) return true;
    const seen = old !== undefined && random.chance(OLD_CONTEXT_PROBABILITY) ? old : read;
    if (!random.chance(DELETE_PROBABILITY)) return (await put(key, seen)) !== undefined;
    const { context } = seen;
    const removed = await recorder.call(
      { f: "delete", key, value: null, observed: [...seen.values] },
      () => bucket.delete(key, { consistency: CONSISTENCY, context }),
      ({ hlc, region }) => ({ hlc: String(hlc), region }),
    );
    return removed !== undefined;
  };
}
