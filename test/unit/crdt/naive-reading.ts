/** What a row must show, said without dots' payloads, contexts or joins. */
import { DataType } from "../../../src/crdt/index.js";
import { type Known, nameOf, type Op, type PastOp } from "./naive-model.js";

/** A counter's value, whether a flag or a member is there, or values in their order. */
type Shown = bigint | boolean | readonly string[];

/** At any moment: from what survives of the operations that somebody knows. */
export function mustShow(known: Known, joinType: DataType, readType: DataType): Shown | undefined {
  const live = known.survivors(joinType);
  return (
    live &&
    shownOf(
      live.flatMap((dot) => known.op(nameOf(dot)) ?? []),
      readType,
    )
  );
}

/**
 * In the end, when all know all, from nothing but what happened before what: of a flag, a member or a register in a map
 * there is what nothing happened after; a counter that nobody cleared is the sum of all increments there ever were.
 */
export function mustShowInTheEnd(ops: readonly PastOp[], readType: DataType): Shown | undefined {
  if (readType !== DataType.counter)
    return shownOf(
      ops.filter(({ name, payload }) => payload !== undefined && !ops.some(({ past }) => past.has(name))),
      readType,
    );
  if (ops.some(({ counted }) => counted === undefined || counted.isReset)) return undefined;
  return ops.reduce((sum, { counted }) => sum + BigInt(counted?.amount ?? 0), 0n);
}

function shownOf(ops: readonly Op[], readType: DataType): Shown {
  if (readType === DataType.counter)
    return ops.reduce((sum, { counted }) => sum + BigInt(counted?.total ?? 0), 0n);
  if (readType !== DataType.register && readType !== DataType.multi) return ops.length > 0;
  const values = ops
    .filter(({ payload }) => payload?.isTombstone === false)
    .sort((a, b) => (isHigher(a, b) ? -1 : 1))
    .map(({ payload }) => String(payload?.data));
  return readType === DataType.register ? values.slice(0, 1) : values;
}

function isHigher(a: Op, b: Op): boolean {
  if (a.hlc !== b.hlc) return a.hlc > b.hlc;
  return a.actor === b.actor ? a.counter > b.counter : a.actor > b.actor;
}
