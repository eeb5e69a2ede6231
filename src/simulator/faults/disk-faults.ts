/** What befalls disks: they fill, stall, fail, rot, vanish, or go back in time. */
import type { RunningNode } from "../cluster-processes.js";
import type { PlannedFault } from "../plan.js";
import { type FaultKind, type FaultStage, nodeOf } from "./fault.js";

const SLOW_FACTOR_MAX = 150;
/** Between a disk's loss and the start on what is left of it. */
const REPAIR_MS = 200;

/** Fires when the node ends, or fails to start, for its disk. */
function firesOnEnd(stage: FaultStage, fault: PlannedFault, node: RunningNode): () => void {
  return stage.watchEnds((ended, end) => {
    const isOfDisk = end instanceof Error || end.kind === "storage-failed";
    if (ended === node && isOfDisk) stage.fired(fault);
  });
}

/** Flips a bit of one record whose store key begins with one of these letters: see `storage/store-keys`. */
function flip(stage: FaultStage, fault: PlannedFault, letters: string): void {
  const node = nodeOf(stage, fault.node);
  const isOfKind = (key: Buffer): boolean => letters.includes(String.fromCharCode(key[0] ?? 0));
  if (node.host.disk.flipBit(isOfKind) === undefined) return;
  stage.destroyed(node);
  stage.fired(fault);
}

function rollBack(stage: FaultStage, fault: PlannedFault, what: "disk" | "store"): void {
  const node = nodeOf(stage, fault.node);
  const snapshot = node.host.disk.snapshot();
  const batches = stage.batchesOf(node);
  stage.later(fault.forMs, () => {
    if (!stage.keeper.crash(node, { loseUnsynced: true }, REPAIR_MS)) return;
    node.host.disk.rollback(snapshot, what);
    stage.destroyed(node);
    if (stage.batchesOf(node) > batches) stage.fired(fault);
  });
}

export const DISK_FAULTS: readonly FaultKind[] = [
  {
    name: "disk-full",
    family: "disk",
    summary: "no space is left for a while",
    forMs: [500, 6_000],
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      node.host.disk.full = true;
      const unwatch = firesOnEnd(stage, fault, node);
      stage.during(fault.forMs, () => {
        node.host.disk.full = false;
        unwatch();
      });
    },
  },
  {
    name: "disk-slow",
    family: "disk",
    summary: "everything on a disk takes up to 150 times as long",
    forMs: [500, 6_000],
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      const before = stage.batchesOf(node);
      node.host.disk.slowFactor = 5 + fault.amount * SLOW_FACTOR_MAX;
      stage.during(fault.forMs, () => {
        node.host.disk.slowFactor = 1;
        if (stage.batchesOf(node) > before) stage.fired(fault);
      });
    },
  },
  {
    name: "fsync-error",
    family: "disk",
    summary: "a flush fails, and what was not flushed may be gone later",
    forMs: [4_000, 8_000],
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      node.host.disk.failNextSync("IO");
      stage.during(fault.forMs, firesOnEnd(stage, fault, node));
    },
  },
  {
    name: "disk-error",
    family: "disk",
    summary: "a write fails, and nobody knows what reached the disk",
    forMs: [4_000, 8_000],
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      node.host.disk.failNextWrite("IO");
      stage.during(fault.forMs, firesOnEnd(stage, fault, node));
    },
  },
  {
    name: "bit-flip-row",
    family: "disk",
    summary: "a bit flips in a row",
    forMs: [1, 1],
    isDestructive: true,
    inject: (stage, fault) => flip(stage, fault, "r"),
  },
  {
    name: "bit-flip-log",
    family: "disk",
    summary: "a bit flips in the dot log, or in the index of request ids",
    forMs: [1, 1],
    isDestructive: true,
    inject: (stage, fault) => flip(stage, fault, "lqa"),
  },
  {
    name: "bit-flip-wal",
    family: "disk",
    summary: "a bit flips in the store's own log; the next start reads it up to there and no further",
    forMs: [100, 3_000],
    isDestructive: true,
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      if (!node.isUp) return;
      const lost = node.host.disk.flipLogBit();
      stage.keeper.crash(node, { loseUnsynced: false }, fault.forMs);
      stage.destroyed(node);
      if (lost > 0) stage.fired(fault);
    },
  },
  {
    name: "bit-flip-clock",
    family: "disk",
    summary: "a bit flips in a partition's clock, or in what says whose disk it is; found at the next start",
    forMs: [300, 3_000],
    isDestructive: true,
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      if (!stage.keeper.crash(node, { loseUnsynced: false }, fault.forMs)) return;
      flip(stage, fault, "pm");
    },
  },
  {
    name: "disk-wiped",
    family: "disk",
    summary: "a machine comes back with an empty disk",
    forMs: [300, 6_000],
    isDestructive: true,
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      if (!stage.keeper.crash(node, { loseUnsynced: true }, fault.forMs)) return;
      node.host.disk.wipe();
      stage.destroyed(node);
      stage.fired(fault);
    },
  },
  {
    name: "store-rolled-back",
    family: "disk",
    summary: "a store comes back as it was some seconds ago, and the mark beside it shows that",
    forMs: [800, 8_000],
    isDestructive: true,
    inject: (stage, fault) => rollBack(stage, fault, "store"),
  },
  {
    name: "disk-rolled-back",
    family: "disk",
    summary: "a whole disk comes back as it was some seconds ago, mark and all, as a machine's image does",
    forMs: [800, 8_000],
    isDestructive: true,
    inject: (stage, fault) => rollBack(stage, fault, "disk"),
  },
];
