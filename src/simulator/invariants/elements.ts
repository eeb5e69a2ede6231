/**
 * (e) At rest each row of a compound shows what its history says: a counter the sum of all that was counted and not cleared
 * by one who had seen it, each increment once; a flag, a member and a leaf of a map are there while an add lives that no
 * removal had seen (enable wins, add wins, reset-remove). And what was acknowledged is in that history.
 */
import { actorMember } from "../../causality/index.js";
import { isOf, type Shown } from "../compounds.js";
import type { DamageBudget } from "../damage-budget.js";
import type { CompoundUnderTest, History, Look, Update } from "../history.js";
import { foundBy, livingIn, type RowChange, sumsOf } from "../row-fate.js";
import type { UpdateDot, UpdateLedger } from "../update-ledger.js";
import { Violation } from "../violation.js";

/** More of them make too many sums. */
const UNHEARD_MAX = 6;

export type Ledger = Pick<UpdateLedger, "dotsOf" | "rowsOf">;

/** @param final one look at all of each compound, after everything has converged */
export function checkElements(
  history: History,
  ledger: Ledger,
  final: readonly Look[],
  budget: DamageBudget,
): void {
  for (const update of history.updates) checkMinted(update, ledger);
  const byRequest = new Map(history.updates.map((update) => [update.requestId, update]));
  for (const { key, shown } of final) {
    const rows = ledger.rowsOf(key.name);
    for (const row of new Set([...rows.keys(), ...shown.keys()])) {
      const changes: RowChange[] = [];
      for (const dot of rows.get(row) ?? []) {
        const update = byRequest.get(dot.requestId);
        if (update === undefined) continue;
        const isOfVictim = budget.hasDestroyed && actorMember(dot.actor) === budget.victim;
        const isKept =
          !isOfVictim || (isOnlyOne(dot, ledger) && budget.mustHold({ ...update, minter: budget.victim }));
        changes.push({ dot, update, isKept, isSightCertain: !isOfVictim });
      }
      const name = `${key.name} ${row}`.trim();
      checkRow(name, changes, unheardOf(key, row, history, ledger, budget), shown.get(row));
      for (const update of history.updatesOf(key))
        if (isOf(key.type, update.deed, update.element, row)) checkTaken(name, update, changes, ledger);
    }
  }
}

/** Who applied the update again, after its dot was lost, has minted another; of which of them the client heard nobody knows. */
function isOnlyOne({ actor, requestId }: UpdateDot, ledger: Ledger): boolean {
  return ledger.dotsOf(requestId).every((other) => other.actor === actor);
}

/**
 * Updates whose dots nobody logged: a batch may be on a disk though its writer was told otherwise, and of what that disk
 * loses then its row may be left, which is announced without them (rule 8).
 */
function unheardOf(
  key: CompoundUnderTest,
  row: string,
  history: History,
  ledger: Ledger,
  budget: DamageBudget,
): readonly Update[] {
  if (!budget.hasLostDisk) return [];
  return history
    .updatesOf(key)
    .filter(
      ({ deed, element, fate, requestId }) =>
        fate === "unknown" && ledger.dotsOf(requestId).length === 0 && isOf(key.type, deed, element, row),
    );
}

/** An add always leaves a dot: who removes at the same moment has not seen it. */
function checkMinted({ deed, fate, key, name, requestId }: Update, ledger: Ledger): void {
  const count = ledger.dotsOf(requestId).length;
  if (fate === "acknowledged" && deed === "add" && count === 0)
    throw new Violation("e", `${name} of ${key.name} is acknowledged, and there is no dot of it`);
  if (fate === "refused" && count > 0)
    throw new Violation("e", `${name} of ${key.name} was refused, and there are ${count} dots of it`);
}

/** A removal leaves a dot in each of its rows in which it found something. */
function checkTaken(
  name: string,
  { deed, name: removal, requestId }: Update,
  changes: readonly RowChange[],
  ledger: Ledger,
): void {
  const dots = ledger.dotsOf(requestId);
  const [first] = dots;
  if (deed === "add" || first === undefined) return;
  if (changes.some(({ dot }) => dots.includes(dot))) return;
  const [found] = changes.some(({ isSightCertain }) => !isSightCertain) ? [] : foundBy(first, changes);
  if (found !== undefined)
    throw new Violation("e", `${removal} left ${name} as it was, and ${found.update.name} was there`);
}

function checkRow(
  name: string,
  changes: readonly RowChange[],
  unheard: readonly Update[],
  shown: Shown | undefined,
): void {
  const isCounter = typeof shown === "bigint" || changes.some(({ update }) => update.amount !== 0n);
  if (unheard.some(({ deed }) => deed !== "add") || (unheard.length > 0 && !isCounter)) return;
  if (isCounter) {
    const sums = withEach(sumsOf(changes), unheard);
    const value = typeof shown === "bigint" ? shown : 0n;
    if (sums?.has(value) === false)
      throw new Violation("e", `${name} is ${value}, and should be ${[...sums].join(" or ")}`);
    return;
  }
  const { certain, possible } = livingIn(changes);
  const [lost] = certain;
  if (shown === undefined && lost !== undefined)
    throw new Violation("e", `${name} is not there, and nobody who had seen ${lost.update.name} removed it`);
  if (shown !== undefined && possible.length === 0)
    throw new Violation("e", `${name} is there, and all that was added was seen by who removed it`);
  if (typeof shown === "string") checkRegister(name, shown, certain, possible);
}

/** Each increment may be counted or not. Undefined: too many to tell. */
function withEach(
  sums: ReadonlySet<bigint> | undefined,
  increments: readonly Update[],
): ReadonlySet<bigint> | undefined {
  if (sums === undefined || increments.length > UNHEARD_MAX) return undefined;
  const all = new Set(sums);
  for (const { amount } of increments) for (const sum of [...all]) all.add(sum + amount);
  return all;
}

/** The highest stamp of those that live. */
function checkRegister(
  name: string,
  shown: string,
  certain: readonly RowChange[],
  possible: readonly RowChange[],
): void {
  const stamp = possible.find(({ update }) => update.name === shown)?.dot.hlc;
  if (stamp === undefined) throw new Violation("e", `${name} is ${shown}, which was replaced or never put`);
  const beaten = certain.find(({ dot }) => dot.hlc > stamp);
  if (beaten !== undefined)
    throw new Violation("e", `${name} is ${shown}, though ${beaten.update.name} has the higher stamp`);
}
