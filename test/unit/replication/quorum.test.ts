import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONSISTENCY_LEVELS, type Consistency } from "../../../src/replication/consistency.js";
import {
  ConsistencyError,
  chooseReplicas,
  countable,
  QuorumTracker,
  quorumParts,
  requiredCount,
} from "../../../src/replication/quorum.js";

interface Example {
  readonly set: Map<string, number[]>;
  readonly consistency: Consistency;
  readonly answering: readonly number[];
}

/** Regions of one to five members, numbered through, and the coordinator's region. */
const anyReplicaSet = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
  .map((sizes) => {
    let last = 0;
    return new Map(sizes.map((size, index) => [`r${index}`, Array.from({ length: size }, () => ++last)]));
  });
const anyConsistency = fc.oneof(
  fc.constantFrom(...CONSISTENCY_LEVELS).map((level) => ({ level })),
  fc.integer({ min: 1, max: 20 }).map((replicas) => ({ replicas })),
);
const anyCase: fc.Arbitrary<Example> = fc.record({
  set: anyReplicaSet,
  consistency: anyConsistency,
  answering: fc.uniqueArray(fc.integer({ min: 1, max: 20 })),
});

const majority = (members: readonly number[]): number => Math.floor(members.length / 2) + 1;

/** The definition, said another way: does this set of answers meet the level? */
function meets({ set, consistency }: Example, answers: ReadonlySet<number>): boolean | "impossible" {
  const all = [...set.values()].flat();
  const local = set.get("r0") ?? [];
  const among = (members: readonly number[]): number =>
    members.filter((member) => answers.has(member)).length;
  const some = (members: readonly number[], count: number): boolean | "impossible" =>
    count > members.length ? "impossible" : among(members) >= count;
  if ("replicas" in consistency) return some(all, consistency.replicas);
  switch (consistency.level) {
    case "ONE":
      return some(all, 1);
    case "TWO":
      return some(all, 2);
    case "THREE":
      return some(all, 3);
    case "LOCAL_ONE":
      return some(local, 1);
    case "LOCAL_QUORUM":
      return some(local, majority(local));
    case "QUORUM":
      return some(all, majority(all));
    case "EACH_QUORUM":
      return [...set.values()].every((members) => among(members) >= majority(members));
    case "ALL":
      return some(all, all.length);
  }
}

describe("a quorum", () => {
  it("is met exactly when enough of every part have answered, in whatever order and however often", () => {
    fc.assert(
      fc.property(anyCase, (example) => {
        const { set, consistency, answering } = example;
        if (meets(example, new Set()) === "impossible") {
          expect(() => quorumParts(consistency, set, "r0")).toThrow(ConsistencyError);
          return;
        }
        const tracker = new QuorumTracker(quorumParts(consistency, set, "r0"));
        const answers = new Set<number>();
        for (const member of [...answering, ...answering]) {
          tracker.succeed(member);
          answers.add(member);
          expect(tracker.isSatisfied).toBe(meets(example, answers));
          expect(tracker.isSatisfied).toBe(tracker.received === tracker.required);
          expect(tracker.answers).toBe(answers.size);
        }
      }),
    );
  });

  it("is refused with numbers that could not be met, and only then", () => {
    fc.assert(
      fc.property(anyCase, (example) => {
        const alive = new Set(example.answering);
        const canMeet = meets(example, alive);
        if (canMeet === "impossible") return;
        const parts = quorumParts(example.consistency, example.set, "r0");
        const count = countable(parts, (member) => alive.has(member));
        expect(count < requiredCount(parts)).toBe(!canMeet);
      }),
    );
  });

  it("asks, where it can be met, replicas that would meet it, the preferred ones, and no more than it needs", () => {
    fc.assert(
      fc.property(anyCase, (example) => {
        const alive = new Set(example.answering);
        const canMeet = meets(example, alive);
        if (canMeet === "impossible") return;
        const parts = quorumParts(example.consistency, example.set, "r0");
        const all = [...example.set.values()].flat();
        const chosen = chooseReplicas(parts, all, (member) => alive.has(member));
        expect(chosen !== undefined).toBe(canMeet);
        if (chosen === undefined) return;
        expect(meets(example, new Set(chosen))).toBe(true);
        expect(chosen.length).toBe(requiredCount(parts));
        for (const part of parts) {
          const able = part.members.filter((member) => alive.has(member));
          expect(chosen).toEqual(expect.arrayContaining(able.slice(0, part.count)));
        }
      }),
    );
  });

  it("counts what stands in for a replica once, beside those who answered", () => {
    const tracker = new QuorumTracker([{ members: [1, 2, 3], count: 2 }]);
    tracker.succeed(1);
    tracker.standIn(1);
    expect([tracker.isSatisfied, tracker.received, tracker.answers, tracker.copies]).toEqual([
      false,
      1,
      1,
      1,
    ]);
    tracker.standIn(2);
    expect([tracker.isSatisfied, tracker.received, tracker.answers, tracker.copies]).toEqual([true, 2, 1, 2]);
    expect(tracker.hasSucceeded(2)).toBe(false);
  });

  it.each([0, -1, 1.5, Number.NaN, 10])("does not exist of %d of nine replicas", (replicas) => {
    const set = new Map([["r0", [1, 2, 3, 4, 5, 6, 7, 8, 9]]]);
    expect(() => quorumParts({ replicas }, set, "r0")).toThrow(ConsistencyError);
  });

  it("does not exist locally where the region has no replica", () => {
    const set = new Map([["r1", [1, 2, 3]]]);
    for (const level of ["LOCAL_ONE", "LOCAL_QUORUM"] as const)
      expect(() => quorumParts({ level }, set, "r0")).toThrow(`consistency ${level} needs 1 replicas`);
  });
});
