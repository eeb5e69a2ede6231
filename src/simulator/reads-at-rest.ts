/** What is there in the end of keys that are listed and of batches, as all replicas together have it. */
import type { Operation, Outcome } from "../replication/index.js";
import type { LayoutView } from "../topology/index.js";
import { batchNameOf, countOf, peekOf, registersShown } from "./batches.js";
import type { BatchWrite } from "./history.js";
import type { BatchAtRest } from "./invariants/batches.js";
import type { ListedAtRest } from "./invariants/watches.js";
import { listedPartitions, listedRange, listedRowOf, listedStampOf } from "./listed-keys.js";
import { BUCKET } from "./operations.js";

type ReadAll = (operation: Operation) => Outcome;

/** Registers only: no set is watched. */
export function listedAtRest({ layout }: LayoutView, read: ReadAll): ListedAtRest[] {
  const range = listedRange("register", { isTagged: false, isReverse: false });
  return listedPartitions(false, layout.partitionCount).flatMap((partition) => {
    const page = read({ kind: "range", partition, range, limit: 1_000, isKeysOnly: false });
    return page.kind === "page"
      ? page.rows.map((row) => ({ ...listedRowOf(row), stamp: listedStampOf(row) }))
      : [];
  });
}

export function batchesAtRest(
  batches: readonly BatchWrite[],
  view: LayoutView,
  read: ReadAll,
): BatchAtRest[] {
  return batches.map(({ batch }) => {
    const partition = view.partitionOf(BUCKET, Buffer.from(batchNameOf(batch)));
    const registers = registersShown(read(peekOf(batch, partition))) ?? 0;
    const counted = read(countOf(batch));
    return { batch, registers, count: counted.kind === "counter" ? counted.value : 0n };
  });
}
