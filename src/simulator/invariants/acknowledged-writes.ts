/**
 * (a) Every acknowledged write is present in the end, or causally superseded: for a register beaten by a higher stamp,
 * for a multi replaced by a write that had read it.
 */
import type { DamageBudget } from "../damage-budget.js";
import type { History, KeyUnderTest, Read, Write } from "../history.js";
import { Violation } from "../violation.js";

/** @param final one read of each key, after everything has converged */
export function checkAcknowledgedWrites(
  history: History,
  final: readonly Read[],
  budget: DamageBudget,
): void {
  for (const read of final) {
    const writes = history.writesOf(read.key);
    const held = writes.filter((write) => budget.mustHold(write));
    if (read.key.type === "register") for (const write of held) checkRegister(write, writes, read);
    else for (const write of held) checkSibling(write, writes, read);
  }
}

function checkRegister(write: Write, writes: readonly Write[], final: Read): void {
  const [value] = final.values;
  if (value === undefined) {
    if (write.kind === "put" && !writes.some((other) => mayHaveDeleted(other, write)))
      throw lost(write, final.key, "nothing is there, and nobody deleted it");
    return;
  }
  // A delete of what a context had read leaves alone what is newer, whatever its own stamp.
  const isPartial = write.kind === "delete" && write.observed !== undefined;
  if (!isPartial && write.hlc > value.hlc)
    throw lost(write, final.key, `${final.texts[0]} is there, whose stamp ${value.hlc} is lower`);
}

/** Of two equal stamps either may win, by its dot. */
function mayHaveDeleted(other: Write, put: Write): boolean {
  if (other.kind !== "delete" || other.fate === "refused") return false;
  return other.fate === "unknown" || other.hlc >= put.hlc;
}

function checkSibling(write: Write, writes: readonly Write[], final: Read): void {
  if (write.kind !== "put" || final.texts.includes(write.value)) return;
  if (!writes.some((other) => other.fate !== "refused" && other.observed?.includes(write.value)))
    throw lost(write, final.key, `[${final.texts.join(", ")}] is there, and nobody replaced it`);
}

function lost(write: Write, key: KeyUnderTest, why: string): Violation {
  return new Violation(
    "a",
    `acknowledged ${write.kind} ${write.value} of ${key.name} (stamp ${write.hlc}, ${write.acksReceived} acks) is lost: ${why}`,
  );
}
