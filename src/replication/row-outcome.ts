/** What of one row a client is shown. */
import type { VersionVector } from "../causality/index.js";
import { encodeToken, type RowKey } from "../codec/index.js";
import { type DataType, type LiveDot, type RowState, readingOf, readToken, settle } from "../crdt/index.js";
import type { Environment } from "./environment.js";
import type { Outcome } from "./operation.js";
import { dotsSeen } from "./sessions.js";

/** Which row, and how to show it. */
export interface RowShowing {
  readonly type: DataType;
  /** Of a map's row, the type of the leaf. */
  readonly readType: DataType;
  readonly rowKey: RowKey;
  /** What the caller's session has seen; undefined outside of any. */
  readonly session: VersionVector | undefined;
}

export function outcomeOfRow(
  { readType, rowKey, session, type }: RowShowing,
  { context, live }: RowState,
  liveness: Pick<Environment["liveness"], "expiryMs">,
): Outcome {
  const state = { live: settle(type, live), context };
  // What time it is, several clocks tell; most rows do not ask.
  const nowMs = state.live.some(hasEnd) ? liveness.expiryMs() : 0;
  const reading = readingOf(readType, state.live, nowMs);
  const seen = session === undefined ? undefined : dotsSeen(context);
  if (reading.kind !== "values") return seen === undefined ? reading : { ...reading, seen };
  const read = {
    kind: "read",
    values: reading.values,
    context: encodeToken(rowKey, readToken(state)),
  } as const;
  return seen === undefined ? read : { ...read, seen };
}

function hasEnd({ payload }: LiveDot): boolean {
  return payload.expiresAtMs > 0;
}
