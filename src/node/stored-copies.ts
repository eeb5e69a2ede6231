/** Finds the copies that the store holds for other replicas: all of them, before anybody is told what this node keeps. */
import type { StoredCopy } from "../replication/index.js";
import type { Store } from "../runtime/index.js";
import { copyRange, type StoreKey } from "../storage/index.js";

const PAGE_COPIES = 256;

export function readStoredCopies(
  store: Store,
  done: (error: Error | undefined, copies: readonly StoredCopy[]) => void,
): void {
  const copies: StoredCopy[] = [];
  const readOn = (after: StoreKey | undefined): void => {
    const { from, to } = copyRange(after);
    const range = { from: Buffer.from(from, "latin1"), to: Buffer.from(to, "latin1") };
    store.scan(range, PAGE_COPIES, (error, entries) => {
      if (error !== undefined) return done(error, []);
      for (const [key, record] of entries)
        copies.push({ key: key.toString("latin1") as StoreKey, bytes: record.length });
      if (entries.length < PAGE_COPIES) done(undefined, copies);
      else readOn(copies.at(-1)?.key);
    });
  };
  readOn(undefined);
}
