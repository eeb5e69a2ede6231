/**
 * Batches: many operations on single keys, each with a result of its own. They are no transactions. A batch runs a
 * bounded number of operations at a time, so that one large batch neither holds all its values in memory nor takes
 * the node's whole budget of operations in flight.
 */
import { createHash } from "node:crypto";

/** Operations of one batch that run at the same time: enough to share group commits and round trips. */
const BATCH_WIDTH = 256;

/** Starts `count` items in order, `BATCH_WIDTH` at a time, and calls `done` when each called back. */
export function runBatch(
  count: number,
  start: (index: number, itemDone: () => void) => void,
  done: () => void,
): void {
  let started = 0;
  let finished = 0;
  let isPumping = false;
  if (count === 0) {
    done();
    return;
  }
  const itemDone = (): void => {
    finished += 1;
    if (finished === count) done();
    else pump();
  };
  // An item may call back at once: the loop then goes on, instead of the stack growing.
  const pump = (): void => {
    if (isPumping) return;
    isPumping = true;
    while (started < count && started - finished < BATCH_WIDTH) {
      const index = started;
      started += 1;
      start(index, itemDone);
    }
    isPumping = false;
  };
  pump();
}

/**
 * The request id of one item, 32 hexadecimal digits: the same item of a batch that is sent again has the same id, so
 * it is applied at most once.
 * @param batchRequestId 32 hexadecimal digits
 */
export function itemRequestId(batchRequestId: string, index: number): string {
  return createHash("sha256").update(`${batchRequestId}/${index}`).digest("hex").slice(0, 32);
}
