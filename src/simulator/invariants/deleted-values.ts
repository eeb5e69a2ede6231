/**
 * (d) No deleted value returns: in the end nothing is there that an acknowledged delete, or an acknowledged write with a
 * context, had removed. And no read, at any level, shows what nobody wrote, or what was refused.
 */
import type { DamageBudget } from "../damage-budget.js";
import { type History, type Read, replacedIn, type Write } from "../history.js";
import { Violation } from "../violation.js";

export function checkDeletedValues(history: History, final: readonly Read[], budget: DamageBudget): void {
  for (const read of final)
    for (const write of history.writesOf(read.key)) if (budget.mustHold(write)) checkGone(write, read);
  for (const read of [...history.reads, ...final]) checkWritten(history, read);
}

function checkGone(write: Write, final: Read): void {
  const gone = replacedIn(final, write);
  if (gone !== undefined)
    throw new Violation("d", `${gone} of ${final.key.name} is there, though ${write.value} had replaced it`);
  const [value] = final.values;
  const isWhole = write.kind === "delete" && write.observed === undefined && final.key.type === "register";
  if (isWhole && value !== undefined && value.hlc < write.hlc)
    throw new Violation(
      "d",
      `${final.texts[0]} of ${final.key.name} (stamp ${value.hlc}) is there, though ${write.value} (stamp ${write.hlc}) deleted it`,
    );
}

function checkWritten(history: History, read: Read): void {
  for (const text of read.texts) {
    const write = history.writes.find(({ value, key }) => value === text && key === read.key);
    if (write === undefined || write.kind !== "put")
      throw new Violation("d", `a read of ${read.key.name} shows ${text}, which nobody wrote there`);
    if (write.fate === "refused")
      throw new Violation(
        "d",
        `a read of ${read.key.name} shows ${text}, whose writer was told that nothing was done`,
      );
    if (write.startedAtMs > read.endedAtMs)
      throw new Violation("d", `a read of ${read.key.name} shows ${text} before it was written`);
  }
}
