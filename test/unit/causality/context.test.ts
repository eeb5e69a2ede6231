import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, Context, type Dot, VersionVector } from "../../../src/causality/index.js";
import { anyContext, anyDot, anyVector, covered, dotName, isSubset, union } from "./arbitraries.js";

fc.configureGlobal({ seed: 1002, numRuns: 300 });

const A = actorOf(1, 1);
const B = actorOf(2, 1);

it("has a part for some of its actors", () => {
  const [a, b] = [actorOf(1, 1), actorOf(2, 1)];
  const context = new Context(VersionVector.from([[a, 2]]));
  for (const dot of [
    { actor: a, counter: 5 },
    { actor: b, counter: 3 },
  ])
    context.add(dot.actor, dot.counter);
  const part = context.of([a]);
  expect([part.covers(a, 2), part.covers(a, 5), part.covers(b, 3)]).toEqual([true, true, false]);
  expect(context.of([b]).dots()).toEqual([{ actor: b, counter: 3 }]);
  expect(context.of([]).isEmpty).toBe(true);
  context.vector.close(1, 9);
  const closed = context.of([actorOf(1, 9), b]);
  expect([closed.vector.sorted(), closed.vector.closed()]).toEqual([[], [[1, 9]]]);
  expect(closed.covers(actorOf(1, 9), 1_000)).toBe(true);
});

describe("a causal context", () => {
  it("joins to the union, and leaves both sides as they were", () => {
    fc.assert(
      fc.property(anyContext, anyContext, anyContext, (a, b, c) => {
        const before = [covered(a), covered(b)];
        expect(covered(a.joined(b))).toEqual(union(covered(a), covered(b)));
        expect(covered(a.joined(b).joined(c))).toEqual(covered(a.joined(b.joined(c))));
        expect(covered(a.joined(a))).toEqual(covered(a));
        expect([covered(a), covered(b)]).toEqual(before);
      }),
    );
  });

  it("loses to a clock exactly what the clock covers, dot by dot", () => {
    fc.assert(
      fc.property(anyContext, anyVector, (context, clock) => {
        const rest = context.beyond(clock);
        expect(union(covered(rest), covered(clock))).toEqual(union(covered(context), covered(clock)));
        expect(isSubset(covered(rest), covered(context))).toBe(true);
        expect(rest.dots().some((dot) => clock.covers(dot.actor, dot.counter))).toBe(false);
        expect(rest.isEmpty).toBe(isSubset(covered(context), covered(clock)));
      }),
    );
  });

  it("includes another exactly when it covers all that the other covers", () => {
    fc.assert(
      fc.property(anyContext, anyContext, (a, b) => {
        expect(a.includes(b)).toBe(isSubset(covered(b), covered(a)));
      }),
    );
  });

  it("includes the dots of another that has only closed more members", () => {
    const dots = new Context(VersionVector.from([[A, 2]]));
    const closed = new Context(dots.vector.copy());
    closed.vector.close(2, 9);
    expect([dots.includes(closed), dots.includesDotsOf(closed)]).toEqual([false, true]);
    closed.add(B, 3);
    expect(dots.includesDotsOf(closed)).toBe(true);
    closed.add(A, 4);
    expect(dots.includesDotsOf(closed)).toBe(false);
    expect(dots.includesDotsOf(new Context(VersionVector.from([[A, 3]])))).toBe(false);
  });

  it("includes a vector that its single dots fill, and not one that leaves a hole", () => {
    const full = Context.ofDots([dot(A, 1), dot(A, 2), dot(A, 3)]);
    expect(full.includes(new Context(VersionVector.from([[A, 3]])))).toBe(true);
    const holed = Context.ofDots([dot(A, 1), dot(A, 3)]);
    expect(holed.includes(new Context(VersionVector.from([[A, 3]])))).toBe(false);
  });

  it("never compacts dots into its vector: a vector claims every counter below", () => {
    fc.assert(
      fc.property(fc.array(anyDot, { maxLength: 12 }), anyContext, (dots, other) => {
        const context = Context.ofDots(dots);
        expect(context.vector.size).toBe(0);
        expect(covered(context)).toEqual(new Set(dots.map(dotName)));
        expect(context.joined(other).vector.sorted()).toEqual(other.vector.sorted());
      }),
    );
    expect(Context.ofDots([dot(A, 2)]).covers(A, 1)).toBe(false);
  });

  it("lists each single dot beyond its vector once, by actor, then counter", () => {
    const context = new Context(VersionVector.from([[A, 2]]));
    for (const [actor, counter] of [
      [B, 2],
      [A, 9],
      [A, 3],
      [A, 9],
      [A, 1],
    ] as const)
      context.add(actor, counter);
    expect(context.dots()).toEqual([dot(A, 3), dot(A, 9), dot(B, 2)]);
    expect(context.dotCount).toBe(3);
  });

  it("drops single dots that the other side's vector covers", () => {
    const joined = Context.ofDots([dot(A, 2), dot(A, 5)]).joined(new Context(VersionVector.from([[A, 3]])));
    expect(joined.dots()).toEqual([dot(A, 5)]);
  });

  it("is empty without a vector entry and without dots", () => {
    expect(new Context().isEmpty).toBe(true);
    expect(new Context(VersionVector.from([[A, 1]])).isEmpty).toBe(false);
    expect(Context.ofDots([dot(A, 1)]).isEmpty).toBe(false);
  });
});

function dot(actor: Dot["actor"], counter: number): Dot {
  return { actor, counter };
}
