/**
 * (b) With R + W > N a read sees the latest acknowledged write, and quorum reads never go back: what one has shown, or
 * shown to be gone, the next does not take back.
 */
import { type Dot, formatDot, type Hlc } from "../../causality/index.js";
import type { DamageBudget } from "../damage-budget.js";
import { type History, type KeyUnderTest, keysOfType, type Read, type Write } from "../history.js";
import { Violation } from "../violation.js";

export function checkStrictReads(history: History, budget: DamageBudget): void {
  for (const key of keysOfType(history, "register")) if (key.isStrict) checkRegister(history, key, budget);
  for (const key of keysOfType(history, "multi")) if (key.isStrict) checkSiblings(history, key, budget);
}

function checkRegister(history: History, key: KeyUnderTest, budget: DamageBudget): void {
  const writes = history.writesOf(key);
  const reads = history.strictReadsOf(key);
  const acknowledged = writes.filter(({ fate }) => fate === "acknowledged");
  for (const read of reads) {
    for (const write of acknowledged)
      if (isOrdered(write, read, budget) && isBelow(read, write.hlc, writes))
        throw new Violation(
          "b",
          `${inWords(read)} does not see ${write.value}, acknowledged at ${write.endedAtMs.toFixed(1)} with stamp ${write.hlc}`,
        );
    for (const earlier of reads)
      if (isOrdered(earlier, read, budget) && isBelow(read, earlier.stamp, writes))
        throw new Violation("b", `${inWords(read)} goes back behind ${inWords(earlier)}`);
  }
}

type Timed = Pick<Read, "startedAtMs" | "endedAtMs">;

/** The one was over when the other began, and nobody may have forgotten it in between. */
function isOrdered(earlier: Timed, later: Timed, budget: DamageBudget): boolean {
  if (earlier.endedAtMs >= later.startedAtMs) return false;
  return !budget.mayHaveForgotten(earlier.startedAtMs, later.endedAtMs);
}

/** Nothing at all may be there once a delete was purged everywhere; then a delete must have been above. */
function isBelow(read: Read, stamp: Hlc, writes: readonly Write[]): boolean {
  if (read.stamp >= stamp) return false;
  const isEmpty = read.stamp === 0n;
  const isPurged = writes.some(
    ({ kind, fate, hlc, startedAtMs }) =>
      kind === "delete" &&
      startedAtMs < read.endedAtMs &&
      (fate === "unknown" || (fate === "acknowledged" && hlc >= stamp)),
  );
  return !(isEmpty && isPurged);
}

function checkSiblings(history: History, key: KeyUnderTest, budget: DamageBudget): void {
  const writes = history.writesOf(key);
  const reads = history.strictReadsOf(key);
  for (const read of reads) {
    const isBefore = (write: Write): boolean =>
      write.fate === "acknowledged" && isOrdered(write, read, budget);
    const mayBeReplaced = (value: string): boolean =>
      writes.some(
        (write) =>
          write.fate !== "refused" &&
          write.startedAtMs < read.endedAtMs &&
          write.observed?.includes(value) === true,
      );
    for (const write of writes.filter(isBefore)) {
      if (write.kind === "put" && !read.texts.includes(write.value) && !mayBeReplaced(write.value))
        throw new Violation(
          "b",
          `${inWords(read)} does not see ${write.value}, acknowledged at ${write.endedAtMs.toFixed(1)}`,
        );
      for (const gone of write.observed ?? [])
        if (read.texts.includes(gone))
          throw new Violation("b", `${inWords(read)} sees ${gone}, which ${write.value} had replaced`);
    }
    for (const earlier of reads)
      if (isOrdered(earlier, read, budget)) {
        const before = reads.filter((each) => isOrdered(each, earlier, budget));
        checkOrder(earlier, read, before, mayBeReplaced);
      }
  }
}

/** @param before reads that were over when the earlier one began */
function checkOrder(
  earlier: Read,
  read: Read,
  before: readonly Read[],
  mayBeReplaced: (value: string) => boolean,
): void {
  checkKnowledge(earlier, read);
  for (const value of earlier.texts)
    if (!read.texts.includes(value) && !mayBeReplaced(value))
      throw new Violation("b", `${inWords(read)} goes back behind ${inWords(earlier)}: ${value} is missing`);
  // Seen, then seen to be gone, then seen again.
  for (const value of read.texts)
    if (!earlier.texts.includes(value))
      if (before.some(({ texts }) => texts.includes(value)))
        throw new Violation(
          "b",
          `${inWords(read)} goes back behind ${inWords(earlier)}: ${value} is there again`,
        );
}

/** The same by dots, also where no client can tell: what an answer knew of the row, a later one knows, too. */
function checkKnowledge(earlier: Read, read: Read): void {
  for (const dot of earlier.token.live)
    if (!lives(read, dot) && !read.token.context.covers(dot.actor, dot.counter))
      throw new Violation(
        "b",
        `${inWords(read)} goes back behind ${inWords(earlier)}: it does not know of ${formatDot(dot)}`,
      );
  for (const dot of read.token.live)
    if (!lives(earlier, dot) && earlier.token.context.covers(dot.actor, dot.counter))
      throw new Violation(
        "b",
        `${inWords(read)} goes back behind ${inWords(earlier)}, which knew ${formatDot(dot)} to be gone`,
      );
}

function lives({ token }: Read, { actor, counter }: Dot): boolean {
  return token.live.some((dot) => dot.actor === actor && dot.counter === counter);
}

function inWords({ key, startedAtMs, texts, stamp }: Read): string {
  return `the read of ${key.name} at ${startedAtMs.toFixed(1)} ([${texts.join(", ")}], stamp ${stamp})`;
}
