/**
 * (r) A session reads its own writes, never goes back behind what it has read, and what it writes comes after what it has
 * written and read, whatever nodes serve it (Terry et al., "Session Guarantees for Weakly Consistent Replicated Data",
 * 1994).
 */
import { actorMember } from "../../causality/index.js";
import { isOf, rowOf } from "../compounds.js";
import type { DamageBudget } from "../damage-budget.js";
import type { CompoundUnderTest, History, KeyUnderTest, Look, Read, Update, Write } from "../history.js";
import { Violation } from "../violation.js";
import type { Ledger } from "./elements.js";
import { checkRegisterReads, checkSiblingReads } from "./ordered-reads.js";
import { checkCounter, checkElement, inWords, isLookedAt, mayBeRemoved } from "./strict-looks.js";
import { isOrdered } from "./strict-reads.js";

/** @param final one look at all of each compound, after everything has converged */
export function checkSessions(
  history: History,
  ledger: Ledger,
  final: readonly Look[],
  budget: DamageBudget,
): void {
  for (const key of history.keys) checkValues(key, history, budget);
  for (const key of history.compounds) {
    for (const look of history.looksAt(key)) if (look.session !== undefined) checkLook(look, history, budget);
    for (const look of final) if (look.key === key) checkRemoved(key, look, history, ledger, budget);
  }
}

type Timed = Pick<Read, "session" | "startedAtMs" | "endedAtMs">;

/** Longer than any fault keeps a node down or away from all others, which tell it that it has lost something. */
const UNTOLD_MS = 15_000;

/**
 * In the same session, one after the other. Not once a member was removed: until it hears so itself, it takes for held by
 * all what only the others hold, and serves a session that it does not cover. So does a node whose disk went back as a
 * whole, until it hears of that: the others left out of a token what it had acknowledged before.
 */
function follows(later: Timed, earlier: Timed, budget: DamageBudget): boolean {
  if (budget.hasRemovedBy(later.endedAtMs)) return false;
  if (budget.mayHaveForgotten(earlier.startedAtMs - UNTOLD_MS, later.endedAtMs)) return false;
  if (later.session === undefined || later.session !== earlier.session) return false;
  return isOrdered(earlier, later, budget);
}

function checkValues(key: KeyUnderTest, history: History, budget: DamageBudget): void {
  const reads = history.reads.filter((read) => read.key === key);
  const writes = history.writesOf(key);
  const check = key.type === "register" ? checkRegisterReads : checkSiblingReads;
  check({
    invariant: "r",
    reads,
    writes,
    sees: (read, write) => write.fate === "acknowledged" && follows(read, write, budget),
    follows: (read, earlier) => follows(read, earlier, budget),
  });
  for (const write of writes.filter(({ kind, fate }) => kind === "put" && fate === "acknowledged"))
    checkStamp(write, reads, writes, budget);
}

/** Monotonic writes, and writes follow reads: a register keeps what has the higher stamp. */
function checkStamp(
  write: Write,
  reads: readonly Read[],
  writes: readonly Write[],
  budget: DamageBudget,
): void {
  for (const read of reads)
    if (follows(write, read, budget) && write.hlc <= read.stamp)
      throw new Violation(
        "r",
        `${write.value} of ${write.key.name} has no higher stamp than what its session had read`,
      );
  for (const { fate, hlc, value, ...earlier } of writes)
    if (fate === "acknowledged" && follows(write, earlier, budget) && write.hlc <= hlc)
      throw new Violation(
        "r",
        `${write.value} of ${write.key.name} has no higher stamp than ${value} of its session`,
      );
}

function checkLook(look: Look, history: History, budget: DamageBudget): void {
  const updates = history.updatesOf(look.key);
  const own = updates.filter((update) => update.fate === "acknowledged" && follows(look, update, budget));
  const earlier = history.looksAt(look.key).filter((each) => follows(look, each, budget));
  if (look.key.type === "counter")
    return look.key.isCleared ? undefined : checkCounter("r", look, { seen: own, earlier }, history);
  for (const update of own) checkElement("r", look, update, updates);
  for (const each of earlier)
    for (const row of each.shown.keys())
      if (isLookedAt(look, row) && !look.shown.has(row) && !mayBeRemoved(row, 0, look, updates))
        throw new Violation("r", `${inWords(look)} goes back behind ${inWords(each)}: ${row} is missing`);
  for (const removal of own.filter(({ deed }) => deed !== "add"))
    for (const row of rowsKnownTo(removal, history, budget))
      if (look.shown.has(row)) throw notRemoved(inWords(look), row, removal);
}

/** Writes follow reads: what a session knew when it removed it does not come back. */
function checkRemoved(
  key: CompoundUnderTest,
  final: Look,
  history: History,
  ledger: Ledger,
  budget: DamageBudget,
): void {
  for (const removal of history.updatesOf(key)) {
    if (removal.deed === "add" || removal.session === undefined) continue;
    const [minted] = ledger.dotsOf(removal.requestId);
    // It found nothing to remove: then nothing may be there either, and nobody can have lost what it did.
    const minter = minted === undefined ? undefined : actorMember(minted.actor);
    const isHeld =
      minted === undefined ? removal.fate === "acknowledged" : budget.mustHold({ ...removal, minter });
    if (!isHeld) continue;
    for (const row of rowsKnownTo(removal, history, budget))
      if (final.shown.has(row)) throw notRemoved(`${key.name} at rest`, row, removal);
  }
}

/** Of the rows that a removal is of: those that its session had added or seen, and that nobody added but once. */
function rowsKnownTo(removal: Update, history: History, budget: DamageBudget): Set<string> {
  const { key } = removal;
  const adds = history.updatesOf(key).filter(({ deed, fate }) => deed === "add" && fate !== "refused");
  const looks = history.looksAt(key).filter((look) => follows(removal, look, budget));
  const own = adds.filter((add) => add.fate === "acknowledged" && follows(removal, add, budget));
  const rows = [
    ...own.map(({ element }) => rowOf(key.type, element)),
    ...looks.flatMap(({ shown }) => [...shown.keys()]),
  ];
  const isAddedOnce = (row: string): boolean =>
    adds.filter(({ element }) => rowOf(key.type, element) === row).length === 1;
  const { deed, element } = removal;
  return new Set(rows.filter((row) => isAddedOnce(row) && isOf(key.type, deed, element, row)));
}

function notRemoved(where: string, row: string, { name }: Update): Violation {
  return new Violation("r", `${where} shows ${row}, which ${name} removed, whose session knew it`);
}
