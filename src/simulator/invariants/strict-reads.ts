/**
 * (b) With R + W > N a read sees the latest acknowledged write, and quorum reads never go back: what one has shown, or
 * shown to be gone, the next does not take back.
 */
import type { DamageBudget } from "../damage-budget.js";
import { type History, keysOfType, type Read } from "../history.js";
import { checkRegisterReads, checkSiblingReads } from "./ordered-reads.js";

export function checkStrictReads(history: History, budget: DamageBudget): void {
  for (const type of ["register", "multi"] as const)
    for (const key of keysOfType(history, type).filter(({ isStrict }) => isStrict)) {
      const check = type === "register" ? checkRegisterReads : checkSiblingReads;
      check({
        invariant: "b",
        reads: history.strictReadsOf(key),
        writes: history.writesOf(key),
        sees: (read, write) => write.fate === "acknowledged" && isOrdered(write, read, budget),
        follows: (read, earlier) => isOrdered(earlier, read, budget),
      });
    }
}

type Timed = Pick<Read, "startedAtMs" | "endedAtMs">;

/** The one was over when the other began, and nobody may have forgotten it in between. */
export function isOrdered(earlier: Timed, later: Timed, budget: DamageBudget): boolean {
  if (earlier.endedAtMs >= later.startedAtMs) return false;
  return !budget.mayHaveForgotten(earlier.startedAtMs, later.endedAtMs);
}
