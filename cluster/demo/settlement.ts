/**
 * What became of conflicting writes, judged only by what was acknowledged during the cut and what every region reads
 * after it.
 */
import type { AcceptedWrite } from "./conflict-writes.js";

export interface RegisterSettlement {
  readonly keys: number;
  /** Keys that show the same write in every region. */
  readonly agreed: number;
  /** Of those, keys whose write carries the highest stamp of all that were accepted for it. */
  readonly lastWon: number;
  /** Region to the keys that show its write. */
  readonly winners: Readonly<Record<string, number>>;
  /** Writes that were accepted. */
  readonly accepted: number;
  /** Of those, writes that no region shows any more: the price of last-write-wins. */
  readonly discarded: number;
}

/** `seen`: region to key to the region whose write it shows. */
export function settleRegisters(
  accepted: readonly AcceptedWrite[],
  seen: ReadonlyMap<string, ReadonlyMap<string, string>>,
): RegisterSettlement {
  const byKey = groupByKey(accepted);
  const views = [...seen.values()];
  const winners: Record<string, number> = {};
  let [agreed, lastWon, discarded] = [0, 0, 0];
  for (const [key, writes] of byKey) {
    const shown = new Set(views.map((view) => view.get(key)));
    discarded += writes.filter(({ region }) => !shown.has(region)).length;
    const [winner] = shown;
    if (shown.size !== 1 || winner === undefined) continue;
    agreed += 1;
    winners[winner] = (winners[winner] ?? 0) + 1;
    const won = writes.find(({ region }) => region === winner);
    if (won !== undefined && writes.every(({ hlc }) => hlc <= won.hlc)) lastWon += 1;
  }
  return { keys: byKey.size, agreed, lastWon, winners, accepted: accepted.length, discarded };
}

export interface MultiSettlement {
  readonly keys: number;
  /** Writes that were accepted. */
  readonly accepted: number;
  /** Of those, writes that every region shows. */
  readonly kept: number;
  /** Values that some region shows and nobody wrote during the cut: what both sides had replaced. */
  readonly stale: number;
}

/** `seen`: region to key to texts. `textOf`: what a write put there. */
export function settleMultis(
  accepted: readonly AcceptedWrite[],
  seen: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>,
  textOf: (write: AcceptedWrite) => string,
): MultiSettlement {
  const byKey = groupByKey(accepted);
  const views = [...seen.values()];
  let [kept, stale] = [0, 0];
  for (const [key, writes] of byKey) {
    const texts = writes.map(textOf);
    kept += texts.filter((text) => views.every((view) => view.get(key)?.includes(text) === true)).length;
    const strange = views.flatMap((view) => (view.get(key) ?? []).filter((text) => !texts.includes(text)));
    stale += new Set(strange).size;
  }
  return { keys: byKey.size, accepted: accepted.length, kept, stale };
}

function groupByKey(writes: readonly AcceptedWrite[]): ReadonlyMap<string, readonly AcceptedWrite[]> {
  const byKey = new Map<string, AcceptedWrite[]>();
  for (const write of writes) {
    const group = byKey.get(write.key);
    if (group === undefined) byKey.set(write.key, [write]);
    else group.push(write);
  }
  return byKey;
}
