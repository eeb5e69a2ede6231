/**
 * (o) Two nodes of which one no longer hears the other both stop counting on each other, also where only one direction is
 * cut. Else writes would go on waiting for who cannot get them, and hints would not be kept.
 */
import type { NodeStatus } from "../../node/index.js";
import { Violation } from "../violation.js";

/** By far more than the failure timeout and two heartbeats. */
const NOTICED_WITHIN_MS = 6_000;
/** With these, what was sent before the cut may come long after it began. */
const DELAYING_FAULTS = ["pause", "slow-node", "packet-loss", "link-clog", "message-delay"];

/** What is looked at of a node. */
interface Watched {
  readonly member: { readonly nodeId: string; readonly number: number };
  readonly isUp: boolean;
  readonly api: {
    status(): { readonly peers: readonly Pick<NodeStatus["peers"][number], "nodeId" | "isAlive">[] };
  };
}

export class CutPeers {
  readonly #isWatching: boolean;
  /** When each process was first seen to run. */
  readonly #upSinceMs = new Map<Watched["api"], number>();

  /** @param swarm the kinds of faults that are on */
  constructor(swarm: readonly string[]) {
    this.#isWatching = !swarm.some((fault) => DELAYING_FAULTS.includes(fault));
  }

  check(
    nodes: readonly Watched[],
    cutSinceMs: (from: number, to: number) => number | undefined,
    nowMs: number,
  ): void {
    if (!this.#isWatching) return;
    for (const from of nodes)
      for (const to of nodes) {
        const sinceMs = from === to ? undefined : cutSinceMs(from.member.number, to.member.number);
        if (sinceMs === undefined) continue;
        const beginMs = Math.max(sinceMs, this.#startOf(from, nowMs), this.#startOf(to, nowMs));
        if (!from.isUp || !to.isUp || nowMs - beginMs < NOTICED_WITHIN_MS) continue;
        checkNotAlive(from, to, nowMs - beginMs);
        checkNotAlive(to, from, nowMs - beginMs);
      }
  }

  #startOf({ api }: Watched, nowMs: number): number {
    const known = this.#upSinceMs.get(api) ?? nowMs;
    this.#upSinceMs.set(api, known);
    return known;
  }
}

function checkNotAlive(node: Watched, peer: Watched, forMs: number): void {
  const { nodeId } = peer.member;
  if (node.api.status().peers.some((status) => status.nodeId === nodeId && status.isAlive))
    throw new Violation(
      "o",
      `${node.member.nodeId} takes ${nodeId} for alive, and one of them has not heard the other for ${forMs.toFixed(0)} ms`,
    );
}
