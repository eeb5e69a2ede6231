/** Arbitrary dots, vectors and contexts over a universe small enough to enumerate. */
import fc from "fast-check";
import {
  type Actor,
  actorOf,
  Context,
  type Covers,
  type Dot,
  VersionVector,
} from "../../../src/causality/index.js";

export const ACTORS: readonly Actor[] = [actorOf(1, 1), actorOf(1, 2), actorOf(2, 1)];
const COUNTER_MAX = 6;

export const anyActor = fc.constantFrom(...ACTORS);
export const anyDot: fc.Arbitrary<Dot> = fc.record({
  actor: anyActor,
  counter: fc.integer({ min: 1, max: COUNTER_MAX }),
});
export const anyVector = fc
  .array(fc.tuple(anyActor, fc.integer({ min: 1, max: COUNTER_MAX })), { maxLength: 4 })
  .map((entries) => VersionVector.from(entries));
export const anyContext = fc.tuple(anyVector, fc.array(anyDot, { maxLength: 8 })).map(([vector, dots]) => {
  const context = new Context(vector);
  for (const dot of dots) context.add(dot.actor, dot.counter);
  return context;
});

/** Every dot that an arbitrary vector or context can cover, and one counter beyond. */
export const UNIVERSE: readonly Dot[] = ACTORS.flatMap((actor) =>
  Array.from({ length: COUNTER_MAX + 1 }, (_, at): Dot => ({ actor, counter: at + 1 })),
);

export function dotName(dot: Dot): string {
  return `${dot.actor}:${dot.counter}`;
}

/** What it covers, dot by dot: the meaning of every operation is set arithmetic on these. */
export function covered(covers: Covers): Set<string> {
  return new Set(UNIVERSE.filter((dot) => covers.covers(dot.actor, dot.counter)).map(dotName));
}

export function union(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  return new Set([...a, ...b]);
}

export function isSubset(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((name) => whole.has(name));
}
