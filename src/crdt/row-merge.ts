import { type Actor, Context, type Covers, type Dot, VersionVector } from "../causality/index.js";
import type { DataType } from "./data-type.js";
import { joinLive, type LiveDot, type Payload, type Row, type RowState, settle } from "./row.js";

/** One mutation of one row: the new dot, what it puts there (nothing, for a removal), and the dots it replaces. */
export interface RowChange {
  readonly actor: Actor;
  readonly counter: number;
  readonly payload: Payload | undefined;
  /** The rest of the change's context (rule 3). A dot in it without its element means: removed. */
  readonly replaced: readonly Dot[];
}

const NO_CONTEXT = new Context();
const NO_CLOCK = new VersionVector();

/** A row that is not there: nothing, as of the partition clock. */
export const ABSENT_ROW: Row = { live: [], ahead: NO_CONTEXT, damagedAt: undefined };

/** A row whose record failed its checksum under this clock. */
export function damagedRow(clock: VersionVector): Row {
  return { live: [], ahead: NO_CONTEXT, damagedAt: clock.copy() };
}

/** An absent row needs no record: it has no dots, and its context is the clock. */
export function isAbsent(row: Row): boolean {
  return row.live.length === 0 && row.ahead.isEmpty && row.damagedAt === undefined;
}

/** A register's delete and nothing else: reads as nothing, and goes once every replica has seen it. */
export function isTombstone(row: Row): boolean {
  return row.live.length === 1 && row.live[0]?.payload.isTombstone === true;
}

class JoinedContext implements Covers {
  readonly #clock: VersionVector;
  readonly #ahead: Context;
  constructor(clock: VersionVector, ahead: Context) {
    this.#clock = clock;
    this.#ahead = ahead;
  }
  covers(actor: Actor, counter: number): boolean {
    return this.#clock.covers(actor, counter) || this.#ahead.covers(actor, counter);
  }
}

/** The causal context of a row under its partition clock: `clock ⊔ ahead`, or `ahead` alone while it is damaged. */
export function rowContext(row: Row, clock: VersionVector): Covers {
  if (row.damagedAt !== undefined) return row.ahead;
  return row.ahead.isEmpty ? clock : new JoinedContext(clock, row.ahead);
}

/** The row as another replica may see it, its context filled in. The row must not be damaged. */
export function rowState(row: Pick<Row, "live" | "ahead">, clock: VersionVector): RowState {
  const context = new Context(clock.copy());
  return { live: row.live, context: row.ahead.isEmpty ? context : context.joined(row.ahead) };
}

/**
 * Applies the next change of its actor: `clock`, as it stands before, covers exactly the one below. The caller raises
 * the clock over it in the same batch. What the change replaces and the clock does not cover goes to `ahead`, for live
 * changes too: else a replaced dot that arrives late lives again (rule 4).
 */
export function applyChange(type: DataType, row: Row, clock: VersionVector, change: RowChange): Row {
  return joinRow(type, row, clock, changeState(change));
}

/** What a change says of its row: the dot that it puts, and what that replaces. */
export function changeState({ actor, counter, payload, replaced }: RowChange): RowState {
  const context = Context.ofDots(replaced);
  context.add(actor, counter);
  return { live: payload === undefined ? [] : [{ actor, counter, payload }], context };
}

/** Joins another replica's whole row: catch-up, read repair, transfer. */
export function joinRow(type: DataType, row: Row, clock: VersionVector, theirs: RowState): Row {
  const live = joinLive(row.live, rowContext(row, clock), theirs.live, theirs.context);
  return merged(type, row, clock, live, theirs.context);
}

/** The join of whole rows of several replicas: what a quorum read answers. */
export function joinStates(type: DataType, states: readonly [RowState, ...RowState[]]): RowState {
  const [first, ...rest] = states;
  return rest.reduce(
    (joined, state) => ({
      live: settle(type, joinLive(joined.live, joined.context, state.live, state.context)),
      context: joined.context.joined(state.context),
    }),
    first,
  );
}

/** The state with further dots in it, whatever its context says of them. */
export function withDots(state: RowState, dots: readonly LiveDot[]): RowState {
  const live = dots.reduce<readonly LiveDot[]>(
    (joined, dot) => joinLive(joined, NO_CONTEXT, [dot], NO_CONTEXT),
    state.live,
  );
  return { live, context: state.context };
}

/** The row with what the clock covers taken out of `ahead`; the same object when that changes nothing. */
export function stripped(row: Row, clock: VersionVector): Row {
  if (row.ahead.isEmpty || row.damagedAt !== undefined) return row;
  return { live: row.live, ahead: row.ahead.beyond(clock), damagedAt: undefined };
}

function merged(
  type: DataType,
  row: Row,
  clock: VersionVector,
  live: readonly LiveDot[],
  context: Context,
): Row {
  const ahead = row.ahead.joined(context);
  const damagedAt =
    row.damagedAt === undefined || ahead.includes(new Context(row.damagedAt)) ? undefined : row.damagedAt;
  return {
    live: settle(type, live),
    ahead: ahead.beyond(damagedAt === undefined ? clock : NO_CLOCK),
    damagedAt,
  };
}
