/** Arbitrary histories: who writes, what arrives where, what is repaired, restarted or damaged. */
import fc from "fast-check";
import type { Step } from "./history.js";
import { CLEARED_TOGETHER, type RowName, UPDATE_ROWS, VALUE_ROWS } from "./history-replica.js";

const anyReplica = fc.nat({ max: 3 });
const anySkew = fc.oneof(fc.constant(0), fc.integer({ min: -30, max: 30 }));
export const anySkews = fc.array(anySkew, { minLength: 3, maxLength: 4 });

const write = fc.record({
  kind: fc.constantFrom("put", "put", "delete"),
  at: anyReplica,
  row: fc.constantFrom(...VALUE_ROWS),
  useToken: fc.boolean(),
});
const edit = fc.record({
  kind: fc.constantFrom("change", "change", "change", "remove"),
  at: anyReplica,
  row: fc.constantFrom(...UPDATE_ROWS),
  amount: fc.integer({ min: -5, max: 9 }),
  isReset: fc.nat({ max: 9 }).map((of) => of === 0),
});
const clear = fc.record({
  kind: fc.constant("clear"),
  at: anyReplica,
  rows: fc.constantFrom(...CLEARED_TOGETHER),
});
const deliver = fc.record({ kind: fc.constant("deliver"), to: anyReplica, from: anyReplica });
const catchUp = fc.record({ kind: fc.constant("catch-up"), to: anyReplica, from: anyReplica });
const local = fc.record({ kind: fc.constantFrom("restart", "strip"), at: anyReplica });

/** Of registers and multis. */
export function anySteps(withRot: boolean): fc.Arbitrary<Step[]> {
  return stepsOf([{ arbitrary: write, weight: 9 }], fc.constantFrom(...VALUE_ROWS), withRot);
}

/** Of counters, flags, sets and maps. */
export function anyUpdates(withRot: boolean): fc.Arbitrary<Step[]> {
  const changes = [
    { arbitrary: edit, weight: 12 },
    { arbitrary: clear, weight: 1 },
  ];
  return stepsOf(changes, fc.constantFrom(...UPDATE_ROWS), withRot);
}

function stepsOf(
  changes: { readonly arbitrary: fc.Arbitrary<Step>; readonly weight: number }[],
  row: fc.Arbitrary<RowName>,
  withRot: boolean,
): fc.Arbitrary<Step[]> {
  const read = fc.record({ kind: fc.constant("read"), at: anyReplica, row });
  const repair = fc.record({ kind: fc.constant("repair"), to: anyReplica, from: anyReplica, row });
  const quorumRead = fc.record({
    kind: fc.constant("quorum-read"),
    of: fc.uniqueArray(anyReplica, { minLength: 2, maxLength: 3 }),
    row,
  });
  const rot = fc.record({ kind: fc.constant("rot"), row });
  return fc.array(
    fc.oneof(
      ...changes,
      { arbitrary: deliver, weight: 14 },
      { arbitrary: read, weight: 4 },
      { arbitrary: repair, weight: 2 },
      { arbitrary: quorumRead, weight: 2 },
      { arbitrary: catchUp, weight: 1 },
      { arbitrary: local, weight: 2 },
      { arbitrary: rot, weight: withRot ? 1 : 0 },
    ),
    { minLength: 10, maxLength: 60, size: "max" },
  );
}
