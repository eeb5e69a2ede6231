import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Actor,
  actorIncarnation,
  actorMember,
  actorOf,
  VersionVector,
} from "../../../src/causality/index.js";
import { anyActor, anyVector, covered, isSubset, UNIVERSE, union } from "./arbitraries.js";

fc.configureGlobal({ seed: 1001, numRuns: 300 });

const A = actorOf(1, 1);
const B = actorOf(2, 1);

function joined(a: VersionVector, b: VersionVector): VersionVector {
  const join = a.copy();
  join.join(b);
  return join;
}

describe("a version vector", () => {
  it("joins to the union of what both cover: a commutative, associative, idempotent join", () => {
    fc.assert(
      fc.property(anyVector, anyVector, anyVector, (a, b, c) => {
        expect(covered(joined(a, b))).toEqual(union(covered(a), covered(b)));
        expect(joined(a, b).sorted()).toEqual(joined(b, a).sorted());
        expect(joined(joined(a, b), c).sorted()).toEqual(joined(a, joined(b, c)).sorted());
        expect(joined(a, a).sorted()).toEqual(a.sorted());
      }),
    );
  });

  it("meets another in what both cover, closed members included", () => {
    const anyClosing = fc.array(fc.constantFrom(A, actorOf(1, 2), B), { maxLength: 2 });
    const closed = (vector: VersionVector, actors: readonly Actor[]): VersionVector => {
      for (const actor of actors) vector.close(actorMember(actor), actorIncarnation(actor));
      return vector;
    };
    fc.assert(
      fc.property(anyVector, anyVector, anyClosing, anyClosing, (one, other, closeOne, closeOther) => {
        const [a, b] = [closed(one.copy(), closeOne), closed(other.copy(), closeOther)];
        const both = [...covered(a)].filter((dot) => covered(b).has(dot));
        expect([...covered(a.meet(b))].sort()).toEqual(both.sort());
        expect([...covered(b.meet(a))].sort()).toEqual(both.sort());
      }),
    );
  });

  it("is ordered by what it covers, and its order agrees with the join", () => {
    fc.assert(
      fc.property(anyVector, anyVector, (a, b) => {
        expect(a.includes(b)).toBe(isSubset(covered(b), covered(a)));
        expect(a.includes(b)).toBe(joined(a, b).equals(a));
      }),
    );
  });

  it("equals another exactly when both cover the same", () => {
    fc.assert(
      fc.property(anyVector, anyVector, (a, b) => {
        const isSame = isSubset(covered(a), covered(b)) && isSubset(covered(b), covered(a));
        expect(a.equals(b)).toBe(isSame);
        expect(b.equals(a)).toBe(isSame);
      }),
    );
    expect(VersionVector.from([[A, 2]]).equals(VersionVector.from([[A, 1]]))).toBe(false);
  });

  it("tells what lies beyond another, entry by entry and dot by dot", () => {
    fc.assert(
      fc.property(anyVector, anyVector, (a, b) => {
        const beyond = a.beyond(b);
        expect(joined(b, beyond).sorted()).toEqual(joined(a, b).sorted());
        expect(beyond.sorted().every(([actor, counter]) => counter > b.get(actor))).toBe(true);
        const missing = [...covered(a)].filter((name) => !covered(b).has(name));
        expect(a.dotsBeyond(b)).toBe(missing.length);
        expect(beyond.size === 0).toBe(b.includes(a));
      }),
    );
  });

  it("covers exactly the counters up to its entry", () => {
    fc.assert(
      fc.property(anyVector, anyActor, (vector, actor) => {
        for (const dot of UNIVERSE.filter((candidate) => candidate.actor === actor))
          expect(vector.covers(actor, dot.counter)).toBe(dot.counter <= vector.get(actor));
      }),
    );
  });

  it("never goes back: raising to less changes nothing", () => {
    const vector = VersionVector.from([[A, 5]]);
    vector.raise(A, 3);
    vector.raise(B, 0);
    expect(vector.sorted()).toEqual([[A, 5]]);
  });

  it("copies: what happens to the copy does not happen to the original", () => {
    const vector = VersionVector.from([[A, 1]]);
    const copy = vector.copy();
    copy.raise(A, 9);
    copy.raise(B, 1);
    expect(vector.sorted()).toEqual([[A, 1]]);
  });

  it("lists its entries by actor for what must be canonical, whatever order they came in", () => {
    expect(
      VersionVector.from([
        [B, 1],
        [A, 2],
      ]).sorted(),
    ).toEqual([
      [A, 2],
      [B, 1],
    ]);
  });
});
