/**
 * (b) Whatever the level, a node that coordinated a write does not show any more what that write replaced: it knows, and what
 * another replica still shows it knows to be gone.
 */
import type { DamageBudget } from "../damage-budget.js";
import { type History, type Read, replacedIn, type Write } from "../history.js";
import { Violation } from "../violation.js";

export function checkOwnWrites(history: History, budget: DamageBudget): void {
  for (const read of history.reads)
    for (const write of history.writesOf(read.key)) if (isOwn(write, read, budget)) checkGone(write, read);
}

/** The minter holds a replica, and coordinates what it is asked itself. */
function isOwn(write: Write, read: Read, budget: DamageBudget): boolean {
  if (write.fate !== "acknowledged" || write.minter !== read.askedOf) return false;
  if (write.minter === budget.victim && budget.hasDestroyed) return false;
  return write.endedAtMs < read.startedAtMs;
}

function checkGone(write: Write, read: Read): void {
  const gone = replacedIn(read, write);
  const { askedOf, key, startedAtMs } = read;
  if (gone !== undefined)
    throw new Violation(
      "b",
      `the read of ${key.name} at ${startedAtMs.toFixed(1)} shows ${gone}, and its node ${askedOf} had replaced it with ${write.value}`,
    );
}
