import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  actorFromInteger,
  actorIncarnation,
  actorMember,
  actorOf,
  formatDot,
  MEMBER_NUMBER_MAX,
} from "../../../src/causality/index.js";

fc.configureGlobal({ seed: 1003, numRuns: 300 });

const INCARNATION_MAX = 2 ** 32 - 1;
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
    expect(Number.isSafeInteger(actorOf(MEMBER_NUMBER_MAX, INCARNATION_MAX))).toBe(true);
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
    2 ** 32 - 1,
    2 ** 32,
    2 ** 33,
    -(2 ** 33) - 1,
    2 ** 53,
    2 ** 53 + 2,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])("is not made of %d, whoever sent it", (integer) => {
    expect(actorFromInteger(integer)).toBeUndefined();
  });

  it("is shown as member.incarnation, a dot with its counter", () => {
    expect(formatDot({ actor: actorOf(7, 3), counter: 12 })).toBe("7.3:12");
  });
});
