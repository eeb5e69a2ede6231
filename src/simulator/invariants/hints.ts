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
