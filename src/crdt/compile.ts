/**
 * Compiles what a client asks into a row change: which dots it replaces and what it puts. A change's context is the
 * new dot, every dot that the client's token lists (held here or not), and the local dots that the token covers
 * (rule 3).
 */
import { type Context, type Dot, type Hlc, ZERO_HLC } from "../causality/index.js";
import { DataType, type ValueEncoding } from "./data-type.js";
import { hasExpired } from "./expiry.js";
import type { LiveDot, Payload, Row, RowState } from "./row.js";

/** What a client read: the live dots of the row, and its whole context. */
export interface ReadToken {
  readonly live: readonly Dot[];
  readonly context: Context;
  /**
   * The highest stamp among the live dots. A coordinator may not have seen them: it stamps above this what replaces
   * them. Else a register whose losers were dropped for a dot would miss them once something lower takes its place,
   * and replicas would differ by what came first.
   */
  readonly hlc: Hlc;
}

/** The token of whoever reads this. */
export function readToken({ live, context }: RowState): ReadToken {
  let hlc = ZERO_HLC;
  for (const { payload } of live) if (payload.hlc > hlc) hlc = payload.hlc;
  return { live, context, hlc };
}

/** What a new dot does to a row, before it has a dot and a stamp. */
export interface Intent {
  readonly payload: Omit<Payload, "hlc"> | undefined;
  readonly replaced: readonly Dot[];
}

/** What a client puts. `expiresAtMs`: milliseconds since 1970; 0: never. */
interface PutValue {
  readonly data: Buffer;
  readonly encoding: ValueEncoding;
  readonly expiresAtMs: number;
}

/** A put. Without a token a register replaces what is here, and a multi adds a sibling to those that have not expired. */
export function compilePut(
  type: DataType,
  row: Row,
  token: ReadToken | undefined,
  { data, encoding, expiresAtMs }: PutValue,
  nowMs: number,
): Intent {
  const payload = { isTombstone: false, encoding, expiresAtMs, data };
  const isReplaced = (dot: LiveDot): boolean =>
    type === DataType.register ? token === undefined : hasExpired(dot, nowMs);
  if (token === undefined) return { payload, replaced: row.live.filter(isReplaced) };
  return { payload, replaced: observed(row, token, isReplaced) };
}

/**
 * A delete. Without a token it deletes all that is here. A register leaves a tombstone, which competes by its stamp;
 * but where something newer than all that was read is here, the delete is of what was read and no more: what is newer
 * wins on every replica, so nothing has to take the place of what is removed. Undefined: there is nothing to do.
 */
export function compileDelete(type: DataType, row: Row, token: ReadToken | undefined): Intent | undefined {
  const replaced = token === undefined ? row.live : observed(row, token);
  if (type !== DataType.register) return replaced.length === 0 ? undefined : { payload: undefined, replaced };
  const isNewer = (dot: LiveDot): boolean =>
    token !== undefined && !token.context.covers(dot.actor, dot.counter) && dot.payload.hlc > token.hlc;
  return { payload: row.live.some(isNewer) ? undefined : TOMBSTONE, replaced };
}

const TOMBSTONE = { isTombstone: true, encoding: 0, expiresAtMs: 0, data: Buffer.alloc(0) } as const;

function observed(row: Row, token: ReadToken, isReplaced: (dot: LiveDot) => boolean = () => false): Dot[] {
  const seen = (dot: LiveDot): boolean => token.context.covers(dot.actor, dot.counter) || isReplaced(dot);
  const listed = new Set(token.live.map((dot) => `${dot.actor}:${dot.counter}`));
  return [
    ...token.live,
    ...row.live.filter((dot) => seen(dot) && !listed.has(`${dot.actor}:${dot.counter}`)),
  ];
}
