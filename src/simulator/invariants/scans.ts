/**
 * (t) A scan returns rows in order, none twice and none that nobody wrote, and each row that is there throughout: page by page,
 * wherever the pages come from.
 */
import type { DamageBudget } from "../damage-budget.js";
import type { History, ListedWrite, Listing } from "../history.js";
import { isStaying, listedNameOf, listedTypeOf, prefixOf } from "../listed-keys.js";
import { Violation } from "../violation.js";
import { isOrdered } from "./strict-reads.js";

export function checkScans(history: History, budget: DamageBudget): void {
  for (const listing of history.listings) {
    checkSequence(listing);
    checkWritten(listing, history.listedWrites);
    checkWhole(listing, history.listedWrites, budget);
  }
}

function checkSequence(listing: Listing): void {
  for (const [at, { name }] of listing.rows.entries()) {
    const before = listing.rows[at - 1]?.name;
    if (before === name) throw new Violation("t", `${inWords(listing)} has ${name} twice`);
    if (before !== undefined && !isBehind(name, before, listing))
      throw new Violation("t", `${inWords(listing)} has ${name} after ${before}`);
  }
}

function checkWritten(listing: Listing, writes: readonly ListedWrite[]): void {
  for (const { name, text } of listing.rows) {
    const isWritten = writes.some(
      (write) =>
        isOf(listing, write) &&
        listedNameOf(write.key) === name &&
        write.kind === "enter" &&
        write.fate !== "refused" &&
        write.startedAtMs < listing.endedAtMs &&
        (listing.type === "set" || write.text === text),
    );
    if (!isWritten) throw new Violation("t", `${inWords(listing)} has ${name}=${text}, which nobody wrote`);
  }
}

/** One that did not come to its end is whole up to its last row. */
function checkWhole(listing: Listing, writes: readonly ListedWrite[], budget: DamageBudget): void {
  const last = listing.rows.at(-1)?.name;
  const names = new Set(listing.rows.map(({ name }) => name));
  for (const write of writes) {
    const name = listedNameOf(write.key);
    if (!isOf(listing, write) || names.has(name) || !isThereThroughout(write, listing, budget)) continue;
    if (listing.isComplete || (last !== undefined && isBehind(last, name, listing)))
      throw new Violation(
        "t",
        `${inWords(listing)} lacks ${name}, which is there throughout (${write.text})`,
      );
  }
}

/** One replica has it for certain where all acknowledged it, and none lost anything; a majority sees it even so. */
function isThereThroughout(write: ListedWrite, listing: Listing, budget: DamageBudget): boolean {
  if (write.kind !== "enter" || write.fate !== "acknowledged" || !isStaying(write.key)) return false;
  if (!isOrdered(write, listing, budget)) return false;
  if (listing.level === "QUORUM") return write.level === "QUORUM" || write.level === "ALL";
  return write.level === "ALL" && !budget.hasDestroyed;
}

function isOf({ isTagged, type }: Listing, { key }: ListedWrite): boolean {
  return listedTypeOf(key) === type && listedNameOf(key).startsWith(prefixOf(isTagged));
}

function isBehind(name: string, other: string, { isReverse }: Listing): boolean {
  return isReverse ? name < other : name > other;
}

function inWords({ isReverse, isTagged, level, rows, startedAtMs, type }: Listing): string {
  const way = isReverse ? "backwards " : "";
  const names = rows.map(({ name }) => name).join(" ");
  return `the scan of ${type}s ${prefixOf(isTagged)} ${way}at ${startedAtMs.toFixed(1)} at ${level} ([${names}])`;
}
