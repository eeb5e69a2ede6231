/** What befalls processes and machines: they die, also at the worst moments, stand still, and come back. */
import { readFrame } from "../../codec/index.js";
import type { PlannedFault } from "../plan.js";
import { type FaultKind, type FaultStage, nodeOf } from "./fault.js";

/** How long an armed fault waits for its moment. */
const ARMED_MS = 5_000;
const BACK_AT_ONCE_MS = 60;
/** So long after a dot was made it is on most disks, and who waits for other regions has not heard of it. */
const UNDER_WAY_MS = [40, 85] as const;
/** From one start to the next. */
const SPREAD_MS_MAX = 300;

/** The moment when its dots are durable and no one has been told. */
function dieAtMint(stage: FaultStage, fault: PlannedFault): void {
  const victim = nodeOf(stage, fault.node);
  const unwatch = stage.watchMints((node) => {
    if (node !== victim.member.number) return;
    unwatch();
    // Before the delta is sent, or while it is under way.
    const delayMs = fault.amount < 0.5 ? 0 : fault.amount * 4;
    stage.later(delayMs, () => {
      if (stage.keeper.crash(victim, { loseUnsynced: false }, fault.forMs)) stage.fired(fault);
    });
  });
  stage.during(ARMED_MS, unwatch);
}

/** Fires when a peer gave hints for it up, so that it needs a full sync when it is back. */
function stayAway(stage: FaultStage, fault: PlannedFault): void {
  const node = nodeOf(stage, fault.node);
  if (!stage.keeper.crash(node, { loseUnsynced: false }, fault.forMs)) return;
  stage.during(fault.forMs - 1, () => {
    const isGivenUp = stage.nodes.some(({ api }) =>
      api.hints().some(({ nodeId, expired }) => nodeId === node.member.nodeId && expired > 0),
    );
    if (isGivenUp) stage.fired(fault);
  });
}

/** Whoever is next asked to pass a write on within its region dies with it. */
function dieAsRelay(stage: FaultStage, fault: PlannedFault): void {
  const unwatch = stage.watchFrames((_from, to, frame) => {
    let isRelayed = false;
    readFrame(frame, (message) => {
      if (message.type === "delta" && message.isRelayed) isRelayed = true;
    });
    if (!isRelayed) return;
    unwatch();
    const relay = nodeOf(stage, to - 1);
    stage.later(fault.amount < 0.5 ? 0 : fault.amount * 2, () => {
      if (stage.keeper.crash(relay, { loseUnsynced: fault.amount > 0.75 }, fault.forMs)) stage.fired(fault);
    });
  });
  stage.during(ARMED_MS, unwatch);
}

/** The ways from a relay to the others of its region stall with a write; who wrote it dies, and is back at once. */
function outliveWriter(stage: FaultStage, fault: PlannedFault): void {
  const unwatch = stage.watchFrames((from, to, frame) => {
    let isRelayed = false;
    readFrame(frame, (message) => {
      if (message.type === "delta" && message.isRelayed) isRelayed = true;
    });
    if (!isRelayed) return;
    unwatch();
    const relay = nodeOf(stage, to - 1);
    for (const other of stage.nodes)
      if (other !== relay && other.member.region === relay.member.region)
        stage.network.clog(to, other.member.number, fault.forMs);
    stage.later(0, () => {
      if (stage.keeper.crash(nodeOf(stage, from - 1), { loseUnsynced: false }, BACK_AT_ONCE_MS))
        stage.fired(fault);
    });
  });
  stage.during(ARMED_MS, unwatch);
}

/** All at once, while a write is acknowledged to nobody yet; they come back together, or one after the other. */
function killAll(stage: FaultStage, fault: PlannedFault): void {
  const spreadMs = fault.amount < 0.5 ? 0 : fault.amount * SPREAD_MS_MAX;
  const kill = (): void => {
    for (const [i, node] of stage.nodes.entries())
      if (stage.keeper.crash(node, { loseUnsynced: false }, fault.forMs + i * spreadMs)) stage.fired(fault);
  };
  const unwatch = stage.watchMints(() => {
    unwatch();
    const [least, most] = UNDER_WAY_MS;
    stage.later(least + ((fault.amount * 2) % 1) * (most - least), kill);
  });
  stage.during(ARMED_MS, unwatch);
}

export const PROCESS_FAULTS: readonly FaultKind[] = [
  {
    name: "crash",
    family: "process",
    summary: "a process is killed",
    forMs: [100, 7_000],
    inject: (stage, fault) => {
      if (stage.keeper.crash(nodeOf(stage, fault.node), { loseUnsynced: false }, fault.forMs))
        stage.fired(fault);
    },
  },
  {
    name: "all-crash",
    family: "process",
    summary: "all processes are killed at once, while a write is under way",
    forMs: [50, 800],
    inject: killAll,
  },
  {
    name: "long-absence",
    family: "process",
    summary: "a node is away for longer than hints are kept",
    // Hints are given up after some seconds; after some more the log is trimmed, too.
    forMs: [14_000, 26_000],
    aimsAt: "farewell",
    inject: stayAway,
  },
  {
    name: "power-cut",
    family: "process",
    summary: "a machine loses its power and all that was not flushed; nobody is told",
    forMs: [100, 7_000],
    inject: (stage, fault) => {
      if (stage.keeper.crash(nodeOf(stage, fault.node), { loseUnsynced: true }, fault.forMs))
        stage.fired(fault);
    },
  },
  {
    name: "torn-write",
    family: "process",
    summary: "a machine dies in the middle of a write, whose batch and mark are torn",
    forMs: [100, 7_000],
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      if (stage.keeper.crash(node, { loseUnsynced: false, tearLast: true }, fault.forMs)) stage.fired(fault);
    },
  },
  {
    name: "clean-restart",
    family: "process",
    summary: "a node is stopped in order and started again",
    forMs: [100, 3_000],
    inject: (stage, fault) =>
      stage.keeper.restart(nodeOf(stage, fault.node), fault.forMs, () => stage.fired(fault)),
  },
  {
    name: "pause",
    family: "process",
    summary: "a process stands still, as in a long collection of garbage, and goes on",
    forMs: [200, 9_000],
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      if (!node.isUp) return;
      stage.fired(fault);
      node.host.pause();
      stage.during(fault.forMs, () => node.host.resume());
    },
  },
  {
    name: "slow-node",
    family: "process",
    summary: "each event of a process takes up to 12 ms, as on a machine that swaps",
    forMs: [1_000, 6_000],
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      if (node.isUp) stage.fired(fault);
      node.host.slowDown(2 + fault.amount * 10, fault.forMs);
    },
  },
  {
    name: "coordinator-dies",
    family: "process",
    summary: "a coordinator dies when its write is durable and has reached nobody, or few",
    forMs: [100, 5_000],
    inject: dieAtMint,
  },
  {
    name: "relay-dies",
    family: "process",
    summary: "a relay dies with the write that it was to pass on",
    forMs: [100, 5_000],
    inject: dieAsRelay,
  },
  {
    name: "relay-stalls",
    family: "process",
    summary: "a relay passes a write on late, when who wrote it has died and started anew",
    forMs: [200, 1_500],
    nodesPerRegionMin: 2,
    inject: outliveWriter,
  },
];
