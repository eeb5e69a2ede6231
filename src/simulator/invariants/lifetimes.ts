/**
 * (s) What expires is shown until its end and not after, but for as far as clocks may be off; what it replaced does not come
 * back with its end; what is written after its end stays; and in the end nothing of it is on any disk.
 */
import type { RowInspection } from "../../node/index.js";
import type { DamageBudget } from "../damage-budget.js";
import type { Glance, History, Lasting } from "../history.js";
import { lifetimeNameOf, lifetimeTypeOf, type ShownLifetime } from "../lifetimes.js";
import { Violation } from "../violation.js";
import { isOrdered } from "./strict-reads.js";

/** A clock that counts is off by no more, and how far is told to within a way through the network. */
const CLOCK_OFF_MS = 550;

/**
 * Only of a run in which no clock is set or goes too fast: while one is wrong, and too few are there to tell, nothing
 * expires on time.
 *
 * @param epochMs since 1970, at the start of virtual time
 */
export function checkLifetimes(history: History, budget: DamageBudget, epochMs: number): void {
  for (const glance of history.glances) {
    checkNotOver(glance, epochMs);
    const lastings = history.lastings.filter(({ key }) => key === glance.key);
    for (const lasting of lastings) checkEnd(glance, lasting, epochMs);
    if (!glance.isStrict) continue;
    for (const lasting of lastings) {
      if (!lasting.isStrict || lasting.fate !== "acknowledged") continue;
      if (!isOrdered(lasting, glance, budget)) continue;
      checkShown(glance, lasting, lastings);
      checkNothingOlder(glance, lasting, lastings);
    }
  }
}

function checkNotOver(glance: Glance, epochMs: number): void {
  for (const endMs of glance.shown.expiresAtMs)
    if (endMs > 0 && glance.startedAtMs + epochMs > endMs + CLOCK_OFF_MS)
      throw new Violation("s", `${inWords(glance)} shows what was over at ${(endMs - epochMs).toFixed(1)}`);
}

/** A value says the end that its lifetime makes, by the clock of who took it. */
function checkEnd(glance: Glance, { fate, text, ttlMs, ...told }: Lasting, epochMs: number): void {
  const at = glance.shown.texts.indexOf(text);
  const endMs = (glance.shown.expiresAtMs[at] ?? 0) - epochMs;
  if (at < 0 || ttlMs === 0) return;
  const isEarly = endMs < told.startedAtMs + ttlMs - CLOCK_OFF_MS;
  const isLate = fate === "acknowledged" && endMs > told.endedAtMs + ttlMs + CLOCK_OFF_MS;
  if (isEarly || isLate)
    throw new Violation("s", `${inWords(glance)} shows ${text} with an end at ${endMs.toFixed(1)}`);
}

/** Until its end by the slowest clock that took it and the fastest that reads it, while nothing else was written. */
function checkShown(glance: Glance, lasting: Lasting, lastings: readonly Lasting[]): void {
  const untilMs = lasting.startedAtMs + lasting.ttlMs - 2 * CLOCK_OFF_MS;
  if (lasting.ttlMs > 0 && glance.endedAtMs >= untilMs) return;
  const isAlone = lastings.every((other) => other === lasting || !mayReplace(other, lasting, glance));
  if (isAlone && !shows(glance, lasting))
    throw new Violation("s", `${inWords(glance)} does not show ${lasting.text}, which is not over`);
}

/** Of siblings, and of the parts of a counter, none replaces another. */
function mayReplace(other: Lasting, lasting: Lasting, { endedAtMs, key }: Glance): boolean {
  const type = lifetimeTypeOf(key);
  if (type === "multi" || type === "counter") return false;
  return other.fate !== "refused" && other.startedAtMs < endedAtMs && !isBefore(other, lasting);
}

/** And by more than two clocks may be apart: its stamp is the lower one. */
function isBefore({ endedAtMs, fate }: Lasting, later: Lasting): boolean {
  return fate === "acknowledged" && endedAtMs + 2 * CLOCK_OFF_MS < later.startedAtMs;
}

function shows({ key, shown }: Glance, { amount, text }: Lasting): boolean {
  switch (lifetimeTypeOf(key)) {
    case "register":
    case "multi":
      return shown.texts.includes(text);
    case "counter":
      return (shown.count & BigInt(amount)) !== 0n;
    default:
      return shown.isThere;
  }
}

/** What a register held before stays replaced, whatever has become of what replaced it. */
function checkNothingOlder(glance: Glance, lasting: Lasting, lastings: readonly Lasting[]): void {
  if (lifetimeTypeOf(glance.key) !== "register") return;
  const older = lastings.find((other) => isBefore(other, lasting) && glance.shown.texts.includes(other.text));
  if (older !== undefined)
    throw new Violation("s", `${inWords(glance)} shows ${older.text}, which ${lasting.text} replaced`);
}

/** At rest, when all that has an end is over. @param shown what a key shows then */
export function checkOver(
  key: number,
  shown: ShownLifetime,
  { lastings }: History,
  budget: DamageBudget,
  isTimeKept: boolean,
): void {
  const name = lifetimeNameOf(key);
  const own = lastings.filter((lasting) => lasting.key === key);
  if (shown.expiresAtMs.some((endMs) => endMs > 0))
    throw new Violation("s", `${name} shows ${textOf(shown)} at rest, and all that has an end is over`);
  const [last, ...before] = own.toSorted((a, b) => b.startedAtMs - a.startedAtMs);
  if (last === undefined) return;
  const mayStay = own.some(({ fate, ttlMs }) => ttlMs === 0 && fate !== "refused");
  if (!mayStay && shown.isThere)
    throw new Violation("s", `${name} shows ${textOf(shown)}, and nothing was put there to stay`);
  if (lifetimeTypeOf(key) === "multi") checkSiblingsStay(key, shown, own, budget);
  if (isTimeKept && lifetimeTypeOf(key) === "register") checkReplaced(key, shown, own, budget);
  if (!isTimeKept || last.ttlMs > 0 || !budget.mustHold({ ...last, minter: undefined })) return;
  const isAfter = before.every((other) => other.fate === "refused" || isBefore(other, last));
  if (isAfter && !hasText(key, shown, last.text))
    throw new Violation("s", `${name} shows ${textOf(shown)}, and lost ${last.text}, put after all others`);
}

/** Each was put without a context, so it goes with its own end and with nothing else. */
function checkSiblingsStay(
  key: number,
  shown: ShownLifetime,
  siblings: readonly Lasting[],
  budget: DamageBudget,
): void {
  for (const { ttlMs, ...told } of siblings)
    if (ttlMs === 0 && budget.mustHold({ ...told, minter: undefined }) && !shown.texts.includes(told.text))
      throw new Violation("s", `${lifetimeNameOf(key)} shows ${textOf(shown)}, and lost ${told.text}`);
}

/** What comes late from a node that was cut off has lost against what was put after it, though that is over and gone. */
function checkReplaced(
  key: number,
  shown: ShownLifetime,
  own: readonly Lasting[],
  budget: DamageBudget,
): void {
  for (const lasting of own) {
    if (!budget.mustHold({ ...lasting, minter: undefined })) continue;
    const older = own.find((other) => isBefore(other, lasting) && shown.texts.includes(other.text));
    if (older === undefined) continue;
    const told = `${lifetimeNameOf(key)} shows ${textOf(shown)} at rest`;
    throw new Violation("s", `${told}, and ${lasting.text} replaced ${older.text}`);
  }
}

function hasText(key: number, shown: ShownLifetime, text: string): boolean {
  const type = lifetimeTypeOf(key);
  return type === "register" || type === "multi" ? shown.texts.includes(text) : shown.isThere;
}

/**
 * Why something that is over is still kept; undefined when nothing is.
 *
 * @param hasLostDisk the entry of a row that was damaged, and healed without its end, is kept until its own time has come
 */
export function keptPastEnd(
  nodeId: string,
  rows: readonly RowInspection[],
  hasLostDisk: boolean,
): string | undefined {
  for (const { expirations, partition, rowsExpiring } of rows)
    if (rowsExpiring > 0) return `${nodeId} keeps ${rowsExpiring} rows with an end in partition ${partition}`;
    else if (expirations > 0 && !hasLostDisk)
      return `${nodeId} keeps ${expirations} entries of expirations in partition ${partition}`;
  return undefined;
}

function inWords({ key, shown, startedAtMs }: Glance): string {
  return `the glance at ${lifetimeNameOf(key)} at ${startedAtMs.toFixed(1)} (${textOf(shown)})`;
}

function textOf({ count, isThere, texts }: ShownLifetime): string {
  if (texts.length > 0) return `[${texts.join(", ")}]`;
  return isThere ? `there, ${count}` : "nothing";
}
