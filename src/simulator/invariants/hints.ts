/**
 * (f) Every hint that was created was delivered, expired or dropped, or is still pending, and at rest none is pending.
 */
import type { NodeApi } from "../../node/index.js";
import { Violation } from "../violation.js";

type Hints = ReturnType<NodeApi["hints"]>;

export function checkHintsAddUp(nodeId: string, hints: Hints): void {
  for (const { nodeId: peer, created, delivered, expired, dropped, pending } of hints)
    if (created !== delivered + expired + dropped + pending)
      throw new Violation(
        "f",
        `${nodeId} created ${created} hints for ${peer}: ${delivered} delivered, ${expired} expired, ${dropped} dropped, ${pending} pending`,
      );
}

/** The first peer for which hints wait. */
export function pendingHints(nodeId: string, hints: Hints): string | undefined {
  const waiting = hints.find(({ pending }) => pending > 0);
  return waiting && `${nodeId} has ${waiting.pending} hints for ${waiting.nodeId}`;
}

interface Told {
  readonly api: Pick<NodeApi, "hints">;
  /** When this process was first looked at. */
  readonly sinceMs: number;
  readonly hints: Hints;
}

/** By far more than a round in which nodes look who is away, or than what a process has sent is under way after its end. */
const CUT_WITHIN_MS = 4_000;
/** A node that started looks on for a while before it gives anybody up. */
const STARTING_MS = 15_000;

interface Peer {
  /** Of its present process, or its last one. */
  readonly api: object;
  readonly isUp: boolean;
}

/**
 * The log is cut for a peer that is away for longer than its window. And what waited for a peer when its log was cut ended as expired or dropped, and not as delivered: the peer was not there to
 * take it.
 */
export class CutHints {
  readonly #told = new Map<string, Told>();
  /** Nodes that are down: since when they have been seen so. */
  readonly #down = new Map<string, { readonly api: object; readonly sinceMs: number }>();
  readonly #windowMs: number;

  /** @param swarm the kinds of faults that are on: who stands still gives nobody up meanwhile */
  constructor(windowMs: number, swarm: readonly string[]) {
    this.#windowMs = swarm.includes("pause") ? Number.POSITIVE_INFINITY : windowMs;
  }

  /** Looks at what the node says now beside what it said the last time. */
  check(
    { api, member }: { readonly api: Told["api"]; readonly member: { readonly nodeId: string } },
    peer: (nodeId: string) => Peer,
    nowMs: number,
  ): void {
    const before = this.#told.get(member.nodeId);
    const hints = api.hints();
    const gone = hints.filter(({ nodeId }) => this.#isGone(nodeId, peer(nodeId), nowMs));
    const sinceMs = before?.api === api ? before.sinceMs : nowMs;
    this.#told.set(member.nodeId, { api, sinceMs, hints });
    if (before?.api !== api) return;
    for (const { isFullSyncDue, nodeId, oldestAgeMs } of nowMs - sinceMs < STARTING_MS ? [] : gone)
      if (!isFullSyncDue && oldestAgeMs > this.#windowMs + CUT_WITHIN_MS)
        throw new Violation(
          "f",
          `${member.nodeId} keeps hints for ${nodeId} for ${oldestAgeMs.toFixed(0)} ms, and its window is ${this.#windowMs}`,
        );
    for (const hint of gone) {
      const earlier = before.hints.find(({ nodeId }) => nodeId === hint.nodeId);
      if (earlier === undefined || earlier.isFullSyncDue || earlier.pending === 0) continue;
      const isGivenUp = hint.expired + hint.dropped > earlier.expired + earlier.dropped;
      if (hint.isFullSyncDue && !isGivenUp)
        throw new Violation(
          "f",
          `${member.nodeId} gave up ${earlier.pending} hints for ${hint.nodeId}, and counts none as expired or dropped`,
        );
    }
  }

  /** It was not even there for a moment lately: whoever is up again may take hints before it is away once more. */
  #isGone(nodeId: string, { api, isUp }: Peer, nowMs: number): boolean {
    const known = this.#down.get(nodeId);
    if (isUp) this.#down.delete(nodeId);
    else if (known?.api !== api) this.#down.set(nodeId, { api, sinceMs: nowMs });
    else return nowMs - known.sinceMs >= CUT_WITHIN_MS;
    return false;
  }
}
