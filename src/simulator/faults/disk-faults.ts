/** What befalls disks: they fill, stall, fail, rot, vanish, or go back in time. */
import type { RunningNode } from "../cluster-processes.js";
import type { PlannedFault } from "../plan.js";
import { loseAllButCopies } from "./copy-faults.js";
import { cutOff, type FaultKind, type FaultStage, nodeOf } from "./fault.js";

const SLOW_FACTOR_MAX = 150;
/** Between a disk's loss and the start on what is left of it. */
const REPAIR_MS = 200;
/** From a start to an end before the node has heard of anybody. */
const AGAIN_MS = 60;
const APART_MS = 4_000;
/** Back with the others for less than this, it has told them a part of what it has. */
const BACK_MS_MAX = 1_500;
const ROTTEN_ROWS = 8;
/** Of the losses of a node that was cut off, where there are fallbacks. */
const COPIED_SHARE = 0.7;

/** A disk as it was at some moment. */
interface DiskCopy {
  readonly snapshot: ReturnType<RunningNode["host"]["disk"]["snapshot"]>;
  readonly takenAtMs: number;
}

function copyDisk(stage: FaultStage, node: RunningNode): DiskCopy {
  return { snapshot: node.host.disk.snapshot(), takenAtMs: stage.time.nowMs };
}

/** Fires when the node ends, or fails to start, for its disk. */
function firesOnEnd(stage: FaultStage, fault: PlannedFault, node: RunningNode): () => void {
  return stage.watchEnds((ended, end) => {
    const isOfDisk = end instanceof Error || end.kind === "storage-failed";
    if (ended === node && isOfDisk) stage.fired(fault);
  });
}

/** Records whose store key begins with one of these letters: see `storage/store-keys`. */
function ofKind(letters: string): (key: Buffer) => boolean {
  return (key) => letters.includes(String.fromCharCode(key[0] ?? 0));
}

/** Flips a bit of one record. */
function flip(stage: FaultStage, fault: PlannedFault, letters: string): void {
  const node = nodeOf(stage, fault.node);
  if (node.host.disk.flipBit(ofKind(letters)) === undefined) return;
  stage.destroyed(node, "seen");
  stage.fired(fault);
}

function wipe(stage: FaultStage, node: RunningNode): void {
  node.host.disk.wipe();
  stage.destroyed(node, "seen");
}

/** A mark that was lost or put back meanwhile shows nothing. */
function putBack(stage: FaultStage, node: RunningNode, copy: DiskCopy, what: "disk" | "store"): void {
  const { disk } = node.host;
  const { snapshot, takenAtMs } = copy;
  disk.rollback(snapshot, what);
  stage.destroyed(node, what === "store" && disk.hasMarkSince(snapshot) ? "seen" : "unseen", takenAtMs);
}

function rollBack(stage: FaultStage, fault: PlannedFault, what: "disk" | "store"): void {
  const node = nodeOf(stage, fault.node);
  const copy = copyDisk(stage, node);
  const batches = stage.batchesOf(node);
  stage.later(fault.forMs, () => {
    // A power cut would take what the mark said last, too: then nothing on the disk could tell.
    if (!stage.keeper.crash(node, { loseUnsynced: false }, REPAIR_MS)) return;
    putBack(stage, node, copy, what);
    if (stage.batchesOf(node) > batches) stage.fired(fault);
  });
}

/**
 * What doubt and checksums are for. A minority is cut off and misses writes that the majority acknowledges. Then the disk
 * of one node of the majority loses them, and the cut moves: with the minority it would be a majority, and all of it would
 * know nothing.
 */
function failTheOtherHalf(
  stage: FaultStage,
  fault: PlannedFault,
  lose: (forgetful: RunningNode, before: DiskCopy) => void,
): void {
  const forgetful = nodeOf(stage, fault.node);
  const others = stage.nodes.filter((node) => node !== forgetful);
  const turned = others.map((_, i) => others[(i + fault.peer) % others.length] ?? forgetful);
  const minority = turned.slice(0, Math.floor(stage.nodes.length / 2));
  const rest = turned.slice(minority.length);
  const cut = (from: readonly RunningNode[], to: readonly RunningNode[]): void => {
    for (const a of from) for (const b of to) stage.network.cut(a.member.number, b.member.number);
  };
  const before = copyDisk(stage, forgetful);
  cut(minority, [forgetful, ...rest]);
  stage.later(fault.forMs, () => {
    if (!stage.keeper.crash(forgetful, { loseUnsynced: false }, REPAIR_MS)) return stage.network.healAll();
    lose(forgetful, before);
    stage.fired(fault);
    for (const node of minority) stage.network.heal(forgetful.member.number, node.member.number);
    cut([forgetful], rest);
  });
  stage.during(fault.forMs + APART_MS, () => stage.network.healAll());
}

function endAgain(stage: FaultStage, node: RunningNode): void {
  stage.keeper.crash(node, { loseUnsynced: false }, REPAIR_MS);
}

/**
 * What only a node that was cut off has is lost: nobody ever heard of it, or one other node did, or all heard of some of it
 * when it was just back; or there are copies of it. Its clients may be with the others by then, and know what it had.
 */
function loseWhatFewHave(stage: FaultStage, fault: PlannedFault): void {
  if (fault.amount < COPIED_SHARE && loseAllButCopies(stage, fault)) return;
  const node = nodeOf(stage, fault.node);
  const others = stage.nodes.filter((other) => other !== node);
  const kept = fault.amount < 0.6 ? undefined : others[fault.peer % others.length];
  const before = stage.batchesOf(node);
  const heal = cutOff(
    stage,
    node,
    others.filter((other) => other !== kept),
  );
  const lose = (): void => {
    if (!stage.keeper.crash(node, { loseUnsynced: true }, REPAIR_MS)) return;
    wipe(stage, node);
    if (stage.batchesOf(node) > before) stage.fired(fault);
  };
  const isBackBefore = fault.amount < 0.3;
  stage.during(fault.forMs, heal);
  stage.later(fault.forMs + (isBackBefore ? (fault.amount / 0.3) * BACK_MS_MAX : 0), lose);
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
    summary: "a flush fails, and what it should have flushed may be gone later",
    forMs: [4_000, 8_000],
    inject: (stage, fault) => {
      // Where flushes come later than acknowledgements this would take those, on any node.
      if (!stage.keeper.isFlushedAlways) return;
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
    summary:
      "a bit flips in the store's own log; the next start cannot read some batches, and goes on with those after them",
    forMs: [100, 3_000],
    isDestructive: true,
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      if (!node.isUp) return;
      const lost = node.host.disk.flipLogBit();
      stage.keeper.crash(node, { loseUnsynced: false }, fault.forMs);
      stage.destroyed(node, "seen");
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
      wipe(stage, node);
      stage.fired(fault);
    },
  },
  {
    name: "forgetful-majority",
    family: "disk",
    summary: "a node that has writes loses its disk, and is left with a minority that has missed them",
    forMs: [300, 1_200],
    isDestructive: true,
    inject: (stage, fault) =>
      failTheOtherHalf(stage, fault, (node, before) => {
        if (fault.amount < 0.4) return wipe(stage, node);
        putBack(stage, node, before, "store");
        // What it found when it opened its store it must not forget by ending again at once.
        if (fault.amount < 0.7) stage.later(REPAIR_MS + AGAIN_MS, () => endAgain(stage, node));
      }),
  },
  {
    name: "rotten-majority",
    family: "disk",
    summary:
      "bits flip in most rows of a node that has writes, and it is left with a minority that has missed them",
    forMs: [300, 1_200],
    isDestructive: true,
    inject: (stage, fault) =>
      failTheOtherHalf(stage, fault, (node) => {
        for (let count = 0; count < ROTTEN_ROWS; count++) node.host.disk.flipBit(ofKind("r"));
        stage.destroyed(node, "seen");
      }),
  },
  {
    name: "few-have-it",
    family: "disk",
    summary:
      "a node that was cut off loses its disk, and with it what few others heard of, or hold a copy of, or none",
    forMs: [500, 5_000],
    isDestructive: true,
    inject: loseWhatFewHave,
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
