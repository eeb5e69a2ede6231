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

/** By far more than a round in which nodes look who is away. */
const CUT_WITHIN_MS = 4_000;
/** A node that started looks on for a while before it gives anybody up. */
const STARTING_MS = 15_000;

/**
 * The log is cut for a peer that is away for longer than its window. And what waited for a peer when its log was cut ended as expired or dropped, and not as delivered: the peer was not there to
 * take it.
 */
export class CutHints {
  readonly #told = new Map<string, Told>();
  readonly #windowMs: number;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Looks at what the node says now beside what it said the last time. */
  check(
    { api, member }: { readonly api: Told["api"]; readonly member: { readonly nodeId: string } },
    isUp: (nodeId: string) => boolean,
    nowMs: number,
  ): void {
    const before = this.#told.get(member.nodeId);
    const hints = api.hints();
    const sinceMs = before?.api === api ? before.sinceMs : nowMs;
    this.#told.set(member.nodeId, { api, sinceMs, hints });
    if (before?.api !== api) return;
    for (const { isFullSyncDue, nodeId, oldestAgeMs } of nowMs - sinceMs < STARTING_MS ? [] : hints)
      if (!isFullSyncDue && !isUp(nodeId) && oldestAgeMs > this.#windowMs + CUT_WITHIN_MS)
        throw new Violation(
          "f",
          `${member.nodeId} keeps hints for ${nodeId} for ${oldestAgeMs.toFixed(0)} ms, and its window is ${this.#windowMs}`,
        );
    for (const hint of hints) {
      const earlier = before.hints.find(({ nodeId }) => nodeId === hint.nodeId);
      if (earlier === undefined || earlier.isFullSyncDue || earlier.pending === 0) continue;
      const isGivenUp = hint.expired + hint.dropped > earlier.expired + earlier.dropped;
      if (hint.isFullSyncDue && !isGivenUp && !isUp(hint.nodeId))
        throw new Violation(
          "f",
          `${member.nodeId} gave up ${earlier.pending} hints for ${hint.nodeId}, and counts none as expired or dropped`,
        );
    }
  }
}
