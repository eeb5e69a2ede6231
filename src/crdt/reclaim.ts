/**
 * Reclaiming what has expired: an ordinary removal, which merges like any other, of exactly the dots that are seen here. They
 * have expired, or have lost against one that has, in a register inside a map. What was written at the same time and is not
 * seen here has another dot, and stays.
 */

import { DataType } from "./data-type.js";
import { rowEndMs } from "./expiry.js";
import type { LiveDot, Row } from "./row.js";
import type { RowChange } from "./row-merge.js";

/**
 * A register keeps a tombstone in the very place of the value that has expired, with its stamp: replicas that dropped what
 * the value won over must not differ from those that have yet to hear of it. Undefined: something of it has not expired.
 *
 * @param type of the row's address: a register in a map keeps what was put at once, and needs no tombstone
 * @param readType by which the row is read
 */
export function compileReclaim(
  type: DataType,
  readType: DataType,
  row: Row,
  nowMs: number,
): Pick<RowChange, "payload" | "replaced"> | undefined {
  const [first] = row.live;
  if (first === undefined || row.damagedAt !== undefined) return undefined;
  const endMs = rowEndMs(readType, row.live);
  if (endMs === 0 || endMs > nowMs) return undefined;
  if (type !== DataType.register) return { payload: undefined, replaced: row.live };
  return { payload: tombstoneOf(first), replaced: row.live };
}

function tombstoneOf({ actor, counter, payload: { hlc } }: LiveDot): RowChange["payload"] {
  const inPlaceOf = { actor, counter };
  return { hlc, isTombstone: true, encoding: 0, expiresAtMs: 0, data: Buffer.alloc(0), inPlaceOf };
}
