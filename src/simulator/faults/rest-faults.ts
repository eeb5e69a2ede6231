/**
 * What befalls a disk when all has come to rest. Rows vanish from under a replica whose clock says that it has them, or
 * their bits flip. While catch-ups go on, a replica would hand such a loss on as a removal before anything could tell; at
 * rest it is for the audit to find out, and for reads not to spread it.
 */
import { readRow } from "../../codec/index.js";
import type { RunningNode } from "../cluster-processes.js";
import { opened } from "../disk-record.js";
import type { PlannedFault } from "../plan.js";
import { type FaultKind, type FaultStage, nodeOf } from "./fault.js";

/** Between the end of the process and the start on what is left. */
const RESTART_MS = 200;
const ROWS_MAX = 3;
const LOST_SHARE = 0.6;
const ROW_LETTER = "r".charCodeAt(0);

function rotAtRest(stage: FaultStage, fault: PlannedFault): void {
  stage.atRest(() => {
    const node = nodeOf(stage, fault.node);
    if (node.isRemoved || !node.isUp) return undefined;
    const keys = rot(node, 1 + (fault.peer % ROWS_MAX), fault.amount < LOST_SHARE);
    if (keys.length === 0) return undefined;
    stage.destroyed(node, "seen");
    stage.fired(fault);
    // A process that goes on has the rows in its sketch, and maybe in memory: only reading the disk shows what it lacks.
    const isRestarted = fault.forMs % 2 === 0;
    if (isRestarted) stage.keeper.crash(node, { loseUnsynced: false }, RESTART_MS);
    const why = (): string | undefined => {
      const left = keys.filter((key) => !isWhole(node, key)).length;
      return left === 0
        ? undefined
        : `${node.member.nodeId} lacks ${left} of ${keys.length} rows that rotted`;
    };
    // Reads heal what they meet, and the audit has to find the rest.
    return { why, isReadMeanwhile: fault.peer % 2 === 0 };
  });
}

/** The store keys of rows that a node holds, and that are now gone, or damaged. */
function rot({ api, host, member }: RunningNode, count: number, isLost: boolean): string[] {
  const { replicaSets } = api.layout;
  const isHeldRow = (key: Buffer): boolean =>
    key[0] === ROW_LETTER && replicaSets[key.readUInt16BE(1)]?.includes(member.number) === true;
  const keys = Array.from({ length: count }, () =>
    isLost ? host.disk.loseRecord(isHeldRow) : host.disk.flipBit(isHeldRow)?.toString("latin1"),
  );
  return keys.filter((key) => key !== undefined);
}

function isWhole({ host }: RunningNode, key: string): boolean {
  const record = host.disk.peek(key);
  const row = record && opened(key, record, readRow);
  return row !== undefined && row.damagedAt === undefined;
}

export const REST_FAULTS: readonly FaultKind[] = [
  {
    name: "rot-at-rest",
    family: "disk",
    summary: "rows of a replica are gone, or bits of them flip, once all is at rest",
    forMs: [1, 1_000],
    isDestructive: true,
    inject: rotAtRest,
  },
];
