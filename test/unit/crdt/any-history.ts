/** Arbitrary histories: who writes, what arrives where, what is repaired, restarted or damaged. */
import fc from "fast-check";
import type { Step } from "./history.js";
import { ROW_NAMES } from "./history-replica.js";

const anyReplica = fc.nat({ max: 3 });
const anyRow = fc.constantFrom(...ROW_NAMES);
const anySkew = fc.oneof(fc.constant(0), fc.integer({ min: -30, max: 30 }));
export const anySkews = fc.array(anySkew, { minLength: 3, maxLength: 4 });

const write = fc.record({
  kind: fc.constantFrom("put", "put", "delete"),
  at: anyReplica,
  row: anyRow,
  useToken: fc.boolean(),
});
const deliver = fc.record({ kind: fc.constant("deliver"), to: anyReplica, from: anyReplica });
const read = fc.record({ kind: fc.constant("read"), at: anyReplica, row: anyRow });
const repair = fc.record({ kind: fc.constant("repair"), to: anyReplica, from: anyReplica, row: anyRow });
const catchUp = fc.record({ kind: fc.constant("catch-up"), to: anyReplica, from: anyReplica });
const quorumRead = fc.record({
  kind: fc.constant("quorum-read"),
  of: fc.uniqueArray(anyReplica, { minLength: 2, maxLength: 3 }),
  row: anyRow,
});
const local = fc.record({ kind: fc.constantFrom("restart", "strip"), at: anyReplica });
const rot = fc.record({ kind: fc.constant("rot"), row: anyRow });

export function anySteps(withRot: boolean): fc.Arbitrary<Step[]> {
  return fc.array(
    fc.oneof(
      { arbitrary: write, weight: 9 },
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
