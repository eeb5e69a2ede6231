import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  actorFromInteger,
  actorIncarnation,
  actorMember,
  actorOf,
  formatDot,
  INCARNATION_MAX,
  incarnationAt,
  MEMBER_NUMBER_MAX,
} from "../../../src/causality/index.js";

fc.configureGlobal({ seed: 1003, numRuns: 300 });

const anyMember = fc.integer({ min: 1, max: MEMBER_NUMBER_MAX });
const anyIncarnation = fc.integer({ min: 1, max: INCARNATION_MAX });

describe("an actor", () => {
  it("is a member and an incarnation in one safe integer, and gives both back", () => {
    fc.assert(
      fc.property(anyMember, anyIncarnation, (member, incarnation) => {
        const actor = actorOf(member, incarnation);
        expect(Number.isSafeInteger(actor)).toBe(true);
        expect(actorMember(actor)).toBe(member);
        expect(actorIncarnation(actor)).toBe(incarnation);
        expect(actorFromInteger(actor)).toBe(actor);
      }),
    );
    expect(actorOf(MEMBER_NUMBER_MAX, INCARNATION_MAX)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it("orders by member, then by incarnation", () => {
    expect(actorOf(2, 1)).toBeGreaterThan(actorOf(1, INCARNATION_MAX));
    expect(actorOf(2, 2)).toBeGreaterThan(actorOf(2, 1));
  });

  it.each([
    [0, 1],
    [MEMBER_NUMBER_MAX + 1, 1],
    [1.5, 1],
    [Number.NaN, 1],
    [1, 0],
    [1, INCARNATION_MAX + 1],
    [1, -1],
    [1, 0.5],
  ])("is refused for member %d, incarnation %d", (member, incarnation) => {
    expect(() => actorOf(member, incarnation)).toThrow(RangeError);
  });

  it.each([
    0,
    1,
    2 ** 37 - 1,
    2 ** 37,
    2 ** 38,
    -(2 ** 38) - 1,
    2 ** 53,
    2 ** 53 + 2,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])("is not made of %d, whoever sent it", (integer) => {
    expect(actorFromInteger(integer)).toBeUndefined();
  });

  it("has an incarnation that counts 1/32 s of the clock since 2024, from 1, to the February of 2160", () => {
    const startMs = Date.UTC(2024, 0, 1);
    for (const [ms, incarnation] of [
      [-startMs, 1],
      [0, 1],
      [31.25 * 2 - 0.01, 1],
      [31.25 * 2, 2],
      [1_000, 32],
      [86_400_000, 86_400 * 32],
    ] as const)
      expect(incarnationAt(startMs + ms)).toBe(incarnation);
    expect(incarnationAt(Date.UTC(2160, 1, 7))).toBeLessThanOrEqual(INCARNATION_MAX);
    expect(incarnationAt(Date.UTC(2160, 1, 8))).toBeGreaterThan(INCARNATION_MAX);
    expect(() => actorOf(1, incarnationAt(Date.UTC(2160, 1, 8)))).toThrow(RangeError);
  });

  it("is shown as member.incarnation, a dot with its counter", () => {
    expect(formatDot({ actor: actorOf(7, 3), counter: 12 })).toBe("7.3:12");
  });
});
