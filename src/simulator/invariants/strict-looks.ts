/**
 * (b) With R + W > N a look sees every acknowledged update: each increment of a counter that nobody clears, and each
 * element that was added and that nobody may have removed. And what one look counts, the next does.
 */
import { isOf, rowOf } from "../compounds.js";
import type { DamageBudget } from "../damage-budget.js";
import type { History, Look, Update } from "../history.js";
import { type InvariantName, Violation } from "../violation.js";
import { incrementsIn } from "./counters.js";
import { isOrdered } from "./strict-reads.js";

export function checkStrictLooks(history: History, budget: DamageBudget): void {
  for (const key of history.compounds.filter(({ isStrict }) => isStrict)) {
    const updates = history.updatesOf(key);
    const looks = history.looksAt(key).filter(({ isStrict }) => isStrict);
    for (const look of looks) {
      const seen = updates.filter(
        (update) => update.fate === "acknowledged" && isOrdered(update, look, budget),
      );
      const earlier = looks.filter((each) => isOrdered(each, look, budget));
      if (key.type === "counter" && !key.isCleared) checkCounter("b", look, { seen, earlier }, history);
      else if (key.type !== "counter") for (const update of seen) checkElement("b", look, update, updates);
    }
  }
}

/** A counter shows what was counted before, and what earlier looks showed. */
export function checkCounter(
  invariant: InvariantName,
  look: Look,
  { seen, earlier }: { readonly seen: readonly Update[]; readonly earlier: readonly Look[] },
  history: History,
): void {
  const counted = new Set(incrementsIn(look, "", history));
  for (const update of seen)
    if (!counted.has(update))
      throw new Violation(invariant, `${inWords(look)} does not count ${update.name} (${update.amount})`);
  for (const each of earlier)
    for (const update of incrementsIn(each, "", history))
      if (!counted.has(update))
        throw new Violation(invariant, `${inWords(look)} goes back behind ${inWords(each)}`);
}

/** An element that was added is there, unless somebody may have removed it since. */
export function checkElement(
  invariant: InvariantName,
  look: Look,
  update: Update,
  updates: readonly Update[],
): void {
  const { type } = look.key;
  const row = rowOf(type, update.element);
  if (update.deed !== "add" || !isLookedAt(look, row) || look.shown.has(row)) return;
  if (!mayBeRemoved(row, update.startedAtMs, look, updates))
    throw new Violation(invariant, `${inWords(look)} does not see ${row}, which ${update.name} added`);
}

export function isLookedAt({ row }: Look, name: string): boolean {
  return row === undefined || row === name;
}

/** By a removal that began before the look ended and was not over before `sinceMs`. */
export function mayBeRemoved(
  row: string,
  sinceMs: number,
  { endedAtMs, key }: Look,
  updates: readonly Update[],
): boolean {
  return updates.some(
    ({ deed, element, fate, ...other }) =>
      deed !== "add" &&
      fate !== "refused" &&
      isOf(key.type, deed, element, row) &&
      other.startedAtMs < endedAtMs &&
      (fate === "unknown" || other.endedAtMs > sinceMs),
  );
}

export function inWords({ key, row = "", shown, startedAtMs }: Look): string {
  const rows = [...shown].map(([name, value]) => (value === true ? name : `${name} ${value}`.trim()));
  return `the look at ${key.name} ${row} at ${startedAtMs.toFixed(1)} ([${rows.join(", ")}])`;
}
