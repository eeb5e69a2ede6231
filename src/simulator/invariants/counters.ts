/**
 * (e) Counters are exact: whenever one is read, it shows each increment once or not at all, none that was refused and
 * none from the future; and at rest one that nobody clears shows every increment that was acknowledged.
 */
import { actorMember } from "../../causality/index.js";
import { isCount, rowOf } from "../compounds.js";
import { countedIn } from "../counting.js";
import type { DamageBudget } from "../damage-budget.js";
import type { History, Look, Update } from "../history.js";
import { Violation } from "../violation.js";
import type { Ledger } from "./elements.js";

/** @param final one look at all of each compound, after everything has converged */
export function checkCounters(
  history: History,
  ledger: Ledger,
  final: readonly Look[],
  budget: DamageBudget,
): void {
  for (const look of [...history.looks, ...final]) checkCounted(look, history);
  for (const look of final.filter(({ key }) => key.type === "counter" && !key.isCleared)) {
    const counted = new Set(incrementsIn(look, "", history));
    for (const update of history.updatesOf(look.key)) {
      const [minted] = ledger.dotsOf(update.requestId);
      const minter = minted === undefined ? undefined : actorMember(minted.actor);
      if (budget.mustHold({ ...update, minter }) && !counted.has(update))
        throw new Violation(
          "e",
          `${inWords(update)} was acknowledged, and ${look.key.name} does not count it: ${look.shown.get("")}`,
        );
    }
  }
}

/** The increments that a row of a look counts. Throws a `Violation` where no increments, each once, make up its value. */
export function incrementsIn({ key, shown }: Look, row: string, history: History): readonly Update[] {
  const value = shown.get(row) ?? 0n;
  if (typeof value !== "bigint") return [];
  const increments = history
    .updatesOf(key)
    .filter(
      ({ deed, element }) => deed === "add" && isCount(key.type, element) && rowOf(key.type, element) === row,
    );
  const counted = countedIn(value, increments);
  if (counted === undefined)
    throw new Violation(
      "e",
      `${key.name} ${row} is ${value}, which is no sum of its increments, each counted once`,
    );
  return counted;
}

function checkCounted(look: Look, history: History): void {
  for (const row of look.shown.keys())
    for (const update of incrementsIn(look, row, history)) {
      if (update.fate === "refused")
        throw new Violation("e", `${look.key.name} counts ${inWords(update)}, which was refused`);
      if (update.startedAtMs > look.endedAtMs)
        throw new Violation("e", `${look.key.name} counts ${inWords(update)} before it was sent`);
    }
}

function inWords({ name, amount }: Update): string {
  return `${name} (${amount})`;
}
