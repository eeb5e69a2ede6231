/**
 * (v) An atomic batch is there as a whole or not at all: in the end, when it is there if it was acknowledged, not if it was
 * refused, and once however often it was asked for; and before, wherever one replica is asked.
 */
import { BATCH_REGISTERS, batchNameOf } from "../batches.js";
import type { DamageBudget } from "../damage-budget.js";
import type { DiskClocks } from "../disk-clocks.js";
import type { BatchWrite, History } from "../history.js";
import { Violation } from "../violation.js";

/** What is there of a batch at rest. */
export interface BatchAtRest {
  readonly batch: number;
  readonly registers: number;
  readonly count: bigint;
}

/** A lost disk may have been the only one with the whole of it; reads may have carried a part to others. */
export function checkBatches(history: History, final: readonly BatchAtRest[], budget: DamageBudget): void {
  for (const { batch, count, registers } of final) {
    const told = history.batches.find((each) => each.batch === batch);
    if (told === undefined) continue;
    const what = `${inWords(told)} has ${registers} of ${BATCH_REGISTERS} registers and counted ${count} in the end`;
    const isWhole = registers === BATCH_REGISTERS && (count === 1n || (budget.hasDestroyed && count > 0n));
    if (isWhole ? told.fate === "refused" : budget.mustHold({ ...told, minter: undefined }))
      throw new Violation("v", what);
    const isNothing = registers === 0 && count === 0n;
    if (!isWhole && !isNothing && !budget.hasDestroyed) throw new Violation("v", what);
  }
}

/** Rows come one by one to who takes over all of them, because its disk was lost, or the log that it lacks was cut. */
export function checkPeeks(
  { batches, peeks }: History,
  budget: DamageBudget,
  { trimmed }: Pick<DiskClocks, "trimmed">,
): void {
  if (budget.hasDestroyed || trimmed.length > 0) return;
  for (const { atMs, batch, registers } of peeks) {
    const told = batches.find((each) => each.batch === batch);
    if (told !== undefined && registers % BATCH_REGISTERS !== 0)
      throw new Violation(
        "v",
        `one replica shows ${registers} of ${BATCH_REGISTERS} registers of ${inWords(told)} at ${atMs.toFixed(1)}`,
      );
  }
}

function inWords({ batch, fate, startedAtMs }: BatchWrite): string {
  return `the ${fate} batch ${batchNameOf(batch)} of ${startedAtMs.toFixed(1)}`;
}
