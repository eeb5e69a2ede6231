/**
 * A node whose own actor is closed elsewhere went on under an incarnation that the others have done with: a disk came
 * back that they had given up. Every counter of it counts as covered there, so nothing that it mints would be taken, and
 * to take over such a clock would leave it no counter to mint. It has to start anew under a later incarnation.
 */
import type { VersionVector } from "../causality/index.js";
import type { CatchUpPage, ClockMessage } from "../codec/index.js";
import type { Environment } from "./environment.js";

/** Whether this message must not be taken, since it closes the actor that we are; then this node is on its way out. */
export function closesSelf(
  { actor, liveness, log, self }: Environment,
  message: ClockMessage | CatchUpPage,
): boolean {
  const closing = clocksOf(message).find((clock) => clock.isClosed(actor));
  if (closing === undefined) return false;
  log.warn({ type: message.type }, "a peer has closed the incarnation that this node runs under");
  liveness.learn(self.number, closing.closedUpTo(self.number) + 1);
  return true;
}

/** What we may take over of a message into a clock of ours. */
function clocksOf(message: ClockMessage | CatchUpPage): readonly VersionVector[] {
  if (message.type === "clock") return [message.clock];
  const { body } = message;
  return body.kind === "log" || body.kind === "rows" ? [body.target, body.clock] : [];
}
