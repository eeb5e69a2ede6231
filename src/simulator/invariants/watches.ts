/**
 * (u) A watch misses nothing: in the end it has shown of each key what is there, wherever it went on from its token. And of one
 * key it shows nothing that is older than what it had shown, unless it was set back.
 */
import type { Hlc } from "../../causality/index.js";
import type { DamageBudget } from "../damage-budget.js";
import type { Following, History, ListedWrite } from "../history.js";
import { type ListedRow, listedNameOf, listedTypeOf, prefixOf } from "../listed-keys.js";
import { Violation } from "../violation.js";

/** What is there at rest. */
export interface ListedAtRest extends ListedRow {
  readonly stamp: Hlc;
}

export function checkWatches(history: History, final: readonly ListedAtRest[], budget: DamageBudget): void {
  const atRest = new Map(final.map((row) => [row.name, row]));
  for (const following of history.followings) {
    if (!following.isServed) throw new Violation("u", `${inWords(following)} goes on nowhere at rest`);
    // What a disk has lost, a watch may have shown, or may have been shown as gone.
    if (!budget.hasDestroyed) checkOrder(following, history.listedWrites);
    if (following.hasAll)
      checkNothingMissed(following, atRest, { writes: history.listedWrites, hasLost: budget.hasDestroyed });
  }
}

function checkOrder(following: Following, writes: readonly ListedWrite[]): void {
  const last = new Map<string, { readonly stamp: bigint; readonly text: string }>();
  let era = 0;
  for (const sight of following.sights) {
    if (sight.era !== era) last.clear();
    era = sight.era;
    const before = last.get(sight.name);
    // The tombstone of a delete may be gone when the watch comes to its entry in the log.
    const isPurged =
      sight.stamp === 0n &&
      writes.some(
        ({ fate, key, kind }) => kind === "leave" && fate !== "refused" && listedNameOf(key) === sight.name,
      );
    if (isPurged) continue;
    if (before !== undefined && sight.stamp < before.stamp)
      throw new Violation(
        "u",
        `${inWords(following)} shows ${sight.name}=${sight.text} at ${sight.atMs.toFixed(1)}, after ${before.text}, whose stamp is higher`,
      );
    last.set(sight.name, sight);
  }
}

function checkNothingMissed(
  following: Following,
  atRest: ReadonlyMap<string, ListedAtRest>,
  { hasLost, writes }: { readonly hasLost: boolean; readonly writes: readonly ListedWrite[] },
): void {
  const names = new Set(
    writes
      .filter(({ key }) => listedTypeOf(key) === "register")
      .map(({ key }) => listedNameOf(key))
      .filter((name) => name.startsWith(prefixOf(following.isTagged))),
  );
  for (const name of names) {
    const sight = following.shown.get(name);
    const shown = sight?.text ?? "";
    const { stamp, text } = atRest.get(name) ?? { stamp: 0n, text: "" };
    const mayBeLost = hasLost && (shown === "" || sight === undefined || sight.stamp >= stamp);
    if (shown !== text && !mayBeLost)
      throw new Violation(
        "u",
        `${inWords(following)} showed ${name}=${shown} last, and ${text === "" ? "nothing" : text} is there`,
      );
  }
}

function inWords({ isTagged, sights }: Following): string {
  return `the watch of ${prefixOf(isTagged)} (${sights.length} changes)`;
}
