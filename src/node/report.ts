/** What a running node tells about itself. */
import { mayCoordinate } from "../replica/index.js";
import type { StartedNode } from "./node.js";
import type { LagReport, NodeState, NodeStatus, PeerLag, PeerStatus } from "./node-api.js";

export function statusOf(node: StartedNode, isDraining: boolean): NodeStatus {
  const replicas = [...node.replicas.values()];
  const doubtful = replicas.filter((replica) => replica.doubt !== undefined);
  const waiting = doubtful.filter(
    (replica) => !mayCoordinate(replica.doubt, node.neighbourhood(replica.partition)),
  );
  const state: NodeState = isDraining
    ? "DRAINING"
    : waiting.length > 0
      ? "JOINING"
      : doubtful.length > 0
        ? "CATCHING_UP"
        : "READY";
  return {
    state,
    reason: reasonFor(node, state, waiting.length, doubtful.length),
    incarnation: node.incarnation,
    layoutVersion: node.view.layout.version,
    partitionsHeld: replicas.length,
    partitionsCatchingUp: doubtful.length,
    catchUp: node.replicator.catchUpReport,
    purgeBlockers: named(node, node.replicator.stability.purgeBlockers),
    rowsToReclaim: node.replicator.reclaiming.backlog.rows,
    reclaimBlockers: named(node, node.replicator.reclaiming.backlog.blockers),
    peers: others(node).map(({ number, nodeId, region }): PeerStatus => {
      const health = node.membership.health(number);
      return {
        nodeId,
        region,
        isConnected: health.isLinked,
        isAlive: health.isAlive,
        incarnation: node.membership.incarnationOf(number),
        roundTripMs: health.roundTripMs,
        lastHeardMs: health.silentMs,
        queueBytes: node.links.queuedBytes(number),
        clockOffsetMs: health.clockOffsetMs ?? 0,
      };
    }),
  };
}

function named(
  { view }: StartedNode,
  blockers: StartedNode["replicator"]["stability"]["purgeBlockers"],
): NodeStatus["purgeBlockers"] {
  return blockers.map(({ member, ...blocker }) => ({
    nodeId: view.memberByNumber(member)?.nodeId ?? "",
    ...blocker,
  }));
}

function reasonFor(node: StartedNode, state: NodeState, waiting: number, doubtful: number): string {
  switch (state) {
    case "DRAINING":
      return "the node is shutting down";
    case "JOINING": {
      const absent = others(node)
        .filter(({ number }) => !node.membership.isAlive(number))
        .map(({ nodeId }) => nodeId);
      const whom = absent.length === 0 ? "" : `; not reached: ${absent.join(", ")}`;
      const [refusal] = node.membership.refusals.values();
      const why = refusal === undefined ? "" : `; refused: ${refusal}`;
      return `${waiting} partitions are new here or older than they were, and wait for a first catch-up${whom}${why}`;
    }
    case "CATCHING_UP":
      return `${doubtful} partitions catch up and do not vote in reads yet`;
    default:
      return node.membership.clockDrift() ?? "";
  }
}

export function lagOf(node: StartedNode): LagReport {
  const peers = others(node).map(({ number, nodeId, region }): PeerLag => {
    let dotsBehind = 0;
    let dotsMissing = 0;
    let partitionsBehind = 0;
    for (const replica of node.replicas.values()) {
      if (!node.view.isReplica(replica.partition, number)) continue;
      const theirs = node.replicator.peerClocks.get(replica.partition, number);
      const behind = replica.durableClock.dotsBeyond(theirs);
      dotsBehind += behind;
      dotsMissing += theirs.dotsBeyond(replica.durableClock);
      if (behind > 0) partitionsBehind++;
    }
    return { nodeId, region, dotsBehind, dotsMissing, partitionsBehind };
  });
  return { peers, regions: node.replicator.lag.report() };
}

function others(node: StartedNode): { number: number; nodeId: string; region: string }[] {
  return node.view.layout.members.filter(({ number }) => number !== node.self.number);
}
