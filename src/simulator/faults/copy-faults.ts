/**
 * What fallbacks are for (rule 15). A node is cut off from all other replicas of a partition, and takes a sloppy write with
 * a copy on a node that holds no replica. Then it loses its disk, so that the copy is all that is left of the write; and
 * for some seconds the copy does not come home, because the queues of whoever has it are full.
 */
import { readFrame } from "../../codec/index.js";
import type { RunningNode } from "../cluster-processes.js";
import type { PlannedFault } from "../plan.js";
import { cutOff, type FaultStage, nodeOf } from "./fault.js";

/** Longer than it takes a node to notice that all others are away. */
const WAITS_MS = 8_000;
/** In which the client hears that its write was taken. */
const ANSWERED_MS = 5;
const RESTART_MS = 200;
const FULL_QUEUES_MS = 4_000;

interface Sides {
  readonly replicas: readonly RunningNode[];
  readonly fallbacks: readonly RunningNode[];
}

/** False: there is nobody who could hold a copy. */
export function loseAllButCopies(stage: FaultStage, fault: PlannedFault): boolean {
  const node = nodeOf(stage, fault.node);
  const sides = sidesOf(stage, fault, node);
  if (sides === undefined) return false;
  const { replicas, fallbacks } = sides;
  const heal = cutOff(stage, node, replicas);
  const lose = (): void => {
    heal();
    if (!stage.keeper.crash(node, { loseUnsynced: true }, RESTART_MS)) return;
    node.host.disk.wipe();
    stage.destroyed(node, "seen");
    stage.fired(fault);
    for (const from of fallbacks)
      for (const to of replicas)
        stage.messageFaults.disturb(from.member.number, to.member.number, { drop: 1 }, FULL_QUEUES_MS);
  };
  const unwatch = stage.watchFrames((_from, to, frame) => {
    if (to !== node.member.number || !tellsOfCopy(frame)) return;
    unwatch();
    stage.later(ANSWERED_MS, lose);
  });
  stage.during(fault.forMs + WAITS_MS, () => {
    unwatch();
    heal();
  });
  return true;
}

/** Of a partition that the node holds, and not everybody else. */
function sidesOf(stage: FaultStage, { peer }: PlannedFault, node: RunningNode): Sides | undefined {
  const { replicaSets } = node.api.layout;
  const shared = replicaSets.filter(
    (set) => set.includes(node.member.number) && set.length < stage.nodes.length,
  );
  const set = shared[peer % shared.length];
  if (set === undefined) return undefined;
  const others = stage.nodes.filter((other) => other !== node);
  const isReplica = ({ member }: RunningNode): boolean => set.includes(member.number);
  return { replicas: others.filter(isReplica), fallbacks: others.filter((other) => !isReplica(other)) };
}

function tellsOfCopy(frame: Buffer): boolean {
  let isHeld = false;
  readFrame(frame, (message) => {
    if (message.type === "hold-reply" && message.isHeld) isHeld = true;
  });
  return isHeld;
}
