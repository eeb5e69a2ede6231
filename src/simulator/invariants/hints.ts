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
  readonly hints: Hints;
}

/**
 * What waited for a peer when its log was cut ended as expired or dropped, and not as delivered: the peer was not there to
 * take it.
 */
export class CutHints {
  readonly #told = new Map<string, Told>();

  /** Looks at what the node says now beside what it said the last time. */
  check(
    { api, member }: { readonly api: Told["api"]; readonly member: { readonly nodeId: string } },
    isUp: (nodeId: string) => boolean,
  ): void {
    const before = this.#told.get(member.nodeId);
    const hints = api.hints();
    this.#told.set(member.nodeId, { api, hints });
    if (before?.api !== api) return;
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
