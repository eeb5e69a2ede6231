/**
 * Writes that died with the record of a row: no other replica has them, and none will bring them. The row is served with what
 * is left. Who asks again for one of them must not hear that it was applied, so its request id goes as well, and a retry is
 * a new write. Of a write to several rows, which would get it twice, nobody can tell any more.
 */
import type { RowKey } from "../codec/index.js";
import type { PartitionReplica } from "./partition-replica.js";

/** Of one actor, the last ones: retries come soon, or not at all. */
const WRITES_MAX = 10_000;

/** Gives up what a damaged row still lacks. */
export function giveUpMissing({ floor, log, rows }: PartitionReplica, rowKey: RowKey): void {
  const { ahead, damagedAt } = rows.readPending(rowKey);
  if (damagedAt === undefined) return;
  for (const actor of ahead.actorsMissing(damagedAt)) {
    const upTo = damagedAt.counterOf(actor);
    const first = Math.max(floor.get(actor), upTo - WRITES_MAX) + 1;
    for (let counter = first; counter <= upTo; counter++)
      if (!ahead.covers(actor, counter)) log.loseRequest(actor, counter, rowKey);
  }
  rows.giveUpMissing(rowKey);
}
