/** What befalls the ways between nodes: they are cut, clogged, slow, or lose their connections. */
import type { RunningNode } from "../cluster-processes.js";
import type { MessageDisturbance, MessageFaults } from "../message-faults.js";
import type { PlannedFault } from "../plan.js";
import { type FaultKind, type FaultStage, nodeOf, pairOf, regionPairsOf } from "./fault.js";

type Direction = "both" | "a-to-b";

/** An ocean with a storm over it. */
const DELAY_MS_MAX = 1_000;

function cut(
  stage: FaultStage,
  fault: PlannedFault,
  pairs: readonly [RunningNode, RunningNode][],
  direction: Direction,
): void {
  for (const [a, b] of pairs) {
    const [from, to] = [a.member.number, b.member.number];
    // Heartbeats cross every link twice a second: a cut of one that is up holds something back.
    if (stage.network.isLinked(from, to)) stage.fired(fault);
    stage.network.cut(from, to, direction);
  }
  stage.during(fault.forMs, () => {
    for (const [a, b] of pairs) stage.network.heal(a.member.number, b.member.number);
  });
}

function pairsWith(stage: FaultStage, node: RunningNode): [RunningNode, RunningNode][] {
  return stage.nodes.filter((other) => other !== node).map((other) => [node, other]);
}

/** Across the way between two halves: by regions as far as that goes, or right through them. */
function pairsAcross(stage: FaultStage, { peer, amount }: PlannedFault): [RunningNode, RunningNode][] {
  const { length } = stage.nodes;
  const turned = stage.nodes.map((_, i) => nodeOf(stage, i + peer));
  const isOfOne = (i: number): boolean => (amount < 0.5 ? i < Math.floor(length / 2) : i % 2 === 1);
  const one = turned.filter((_, i) => isOfOne(i));
  const other = turned.filter((_, i) => !isOfOne(i));
  return one.flatMap((a) => other.map((b): [RunningNode, RunningNode] => [a, b]));
}

function ifLinked(stage: FaultStage, fault: PlannedFault, act: (from: number, to: number) => void): void {
  const [a, b] = pairOf(stage, fault);
  const [from, to] = [a.member.number, b.member.number];
  if (!stage.network.isLinked(from, to)) return;
  stage.fired(fault);
  act(from, to);
}

/** What a node sends to one peer or to all. */
function outOf(stage: FaultStage, fault: PlannedFault): [RunningNode, RunningNode][] {
  return fault.amount < 0.5 ? [pairOf(stage, fault)] : pairsWith(stage, nodeOf(stage, fault.node));
}

/** Fires when it befell a message. */
function disturb(
  stage: FaultStage,
  fault: PlannedFault,
  disturbance: MessageDisturbance,
  fate: keyof MessageFaults["counts"],
  pairs = outOf(stage, fault),
): void {
  const before = stage.messageFaults.counts[fate];
  for (const [a, b] of pairs)
    stage.messageFaults.disturb(a.member.number, b.member.number, disturbance, fault.forMs);
  stage.during(fault.forMs, () => {
    if (stage.messageFaults.counts[fate] > before) stage.fired(fault);
  });
}

export const NETWORK_FAULTS: readonly FaultKind[] = [
  {
    name: "message-drop",
    family: "network",
    summary: "messages of a node are lost, because a queue was full, while the link stays up",
    forMs: [500, 5_000],
    inject: (stage, fault) => disturb(stage, fault, { drop: 0.1 + 0.9 * fault.amount }, "dropped"),
  },
  {
    name: "delta-loss",
    family: "network",
    summary: "live deltas are lost everywhere, because queues were full; all else arrives",
    forMs: [800, 5_000],
    inject: (stage, fault) => {
      const everywhere = stage.nodes.flatMap((node) => pairsWith(stage, node));
      disturb(stage, fault, { dropDelta: 0.3 + 0.7 * fault.amount }, "dropped", everywhere);
    },
  },
  {
    name: "queues-full",
    family: "network",
    summary: "a node sends and is sent heartbeats and clocks, and all else is lost, because queues were full",
    // Longer than it takes a value to end and to be reclaimed, which takes the clocks of three nodes.
    forMs: [4_000, 9_000],
    aimsAt: "older",
    inject: (stage, fault) => {
      const out = pairsWith(stage, nodeOf(stage, fault.node));
      const both = out.flatMap(([a, b]): [RunningNode, RunningNode][] => [
        [a, b],
        [b, a],
      ]);
      disturb(stage, fault, { drop: 1 }, "dropped", both);
    },
  },
  {
    name: "message-duplicate",
    family: "network",
    summary: "deltas of a node come twice, by two relays",
    forMs: [1_000, 9_000],
    inject: (stage, fault) => disturb(stage, fault, { duplicate: 0.3 + 0.7 * fault.amount }, "duplicated"),
  },
  {
    name: "message-reorder",
    family: "network",
    summary: "deltas of a node come after later ones",
    forMs: [1_000, 9_000],
    inject: (stage, fault) => disturb(stage, fault, { delay: 0.3 + 0.7 * fault.amount }, "delayed"),
  },
  {
    name: "packet-loss",
    family: "network",
    summary: "packets are lost and sent again, and what follows waits for them",
    forMs: [1_000, 6_000],
    inject: (stage, fault) =>
      ifLinked(stage, fault, (from, to) =>
        stage.network.losePackets(from, to, 0.1 + fault.amount * 0.6, fault.forMs),
      ),
  },
  {
    name: "message-delay",
    family: "network",
    summary: "messages from one node to another take up to 1.5 s longer",
    forMs: [800, 6_000],
    inject: (stage, fault) =>
      ifLinked(stage, fault, (from, to) => {
        const baseMs = 50 + fault.amount * DELAY_MS_MAX;
        stage.network.slow(from, to, { baseMs, jitterMs: baseMs / 2 }, fault.forMs);
      }),
  },
  {
    name: "link-clog",
    family: "network",
    summary: "one direction stalls, then delivers all at once",
    forMs: [700, 2_900],
    inject: (stage, fault) => ifLinked(stage, fault, (from, to) => stage.network.clog(from, to, fault.forMs)),
  },
  {
    name: "link-drop",
    family: "network",
    summary: "a connection breaks and loses what was under way",
    forMs: [1, 1],
    inject: (stage, fault) => ifLinked(stage, fault, (from, to) => stage.network.dropLink(from, to)),
  },
  {
    name: "partition-nodes",
    family: "network",
    summary: "two nodes cannot reach each other",
    forMs: [1_000, 9_000],
    inject: (stage, fault) => cut(stage, fault, [pairOf(stage, fault)], "both"),
  },
  {
    name: "partition-nodes-one-way",
    family: "network",
    summary: "a node cannot reach another, which can reach it",
    forMs: [1_000, 9_000],
    inject: (stage, fault) => cut(stage, fault, [pairOf(stage, fault)], "a-to-b"),
  },
  {
    name: "partition-regions",
    family: "network",
    summary: "two regions cannot reach each other",
    forMs: [1_000, 9_000],
    inject: (stage, fault) => cut(stage, fault, regionPairsOf(stage, fault), "both"),
  },
  {
    name: "partition-regions-one-way",
    family: "network",
    summary: "a region cannot reach another, which can reach it",
    forMs: [1_000, 9_000],
    inject: (stage, fault) => cut(stage, fault, regionPairsOf(stage, fault), "a-to-b"),
  },
  {
    name: "partition-halves",
    family: "network",
    summary: "one half of the nodes cannot reach the other half",
    forMs: [1_000, 9_000],
    inject: (stage, fault) => cut(stage, fault, pairsAcross(stage, fault), "both"),
  },
  {
    name: "isolate-node",
    family: "network",
    summary: "a node loses all its links",
    forMs: [1_000, 9_000],
    inject: (stage, fault) => cut(stage, fault, pairsWith(stage, nodeOf(stage, fault.node)), "both"),
  },
  {
    name: "mute-node",
    family: "network",
    summary: "a node hears everybody, and nobody hears it",
    forMs: [1_000, 9_000],
    inject: (stage, fault) => cut(stage, fault, pairsWith(stage, nodeOf(stage, fault.node)), "a-to-b"),
  },
];
