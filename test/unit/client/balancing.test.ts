import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Balancing, balancingPolicy, type Candidate } from "../../../src/client/balancing.js";

const candidate = fc.record({
  nodeId: fc.string({ minLength: 1, maxLength: 4 }),
  inFlight: fc.nat(50),
  latencyMs: fc.option(fc.double({ min: 0, max: 1_000, noNaN: true }), { nil: undefined }),
});
const candidates = fc.uniqueArray(candidate, { selector: ({ nodeId }) => nodeId, maxLength: 9 });
const balancing: fc.Arbitrary<Balancing> = fc.oneof(
  fc.constantFrom("layout", "round-robin", "least-loaded", "latency"),
  fc.record({
    policy: fc.constant("weighted"),
    weights: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 4 }),
      fc.double({ min: 0, max: 10, noNaN: true }),
    ),
  }),
);
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** A repeatable stand-in for Math.random. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function nodes(...ids: string[]): Candidate[] {
  return ids.map((nodeId) => ({ nodeId, inFlight: 0, latencyMs: undefined }));
}

/** How often each node comes first in so many requests. */
function firsts(policyOf: Balancing, list: readonly Candidate[], requests: number): Map<string, number> {
  const policy = balancingPolicy(policyOf, sequence(7));
  const counts = new Map(list.map(({ nodeId }) => [nodeId, 0]));
  for (let i = 0; i < requests; i += 1) {
    const nodeId = policy.order(list)[0]?.nodeId ?? "";
    counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  }
  return counts;
}

describe("every policy", () => {
  it("returns each candidate once, time after time, and leaves the argument as it is", () => {
    fc.assert(
      fc.property(balancing, candidates, fc.array(uniform, { minLength: 1 }), (choice, list, numbers) => {
        let taken = 0;
        const policy = balancingPolicy(choice, () => numbers[taken++ % numbers.length] ?? 0);
        const before = [...list];
        for (let round = 0; round < 3; round += 1) {
          const order = policy.order(list);
          expect(new Set(order)).toEqual(new Set(list));
          expect(order).toHaveLength(list.length);
        }
        expect(list).toEqual(before);
      }),
    );
  });
});

describe("the policies", () => {
  it("layout keeps the preference order", () => {
    fc.assert(
      fc.property(candidates, (list) => {
        expect(balancingPolicy("layout", Math.random).order(list)).toEqual(list);
      }),
    );
  });

  it("round-robin puts each node first equally often", () => {
    expect([...firsts("round-robin", nodes("a", "b", "c"), 300).values()]).toEqual([100, 100, 100]);
  });

  it("least-loaded goes by requests in flight, and among equals by preference", () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const order = balancingPolicy("least-loaded", Math.random).order(list);
        for (const [index, node] of order.entries()) {
          const next = order[index + 1];
          if (next === undefined) continue;
          expect(node.inFlight).toBeLessThanOrEqual(next.inFlight);
          if (node.inFlight === next.inFlight) expect(list.indexOf(node)).toBeLessThan(list.indexOf(next));
        }
      }),
    );
  });

  it("latency prefers the fastest, tries the unknown first, and now and then explores", () => {
    const list = [
      { nodeId: "slow", inFlight: 0, latencyMs: 90 },
      { nodeId: "fast", inFlight: 0, latencyMs: 2 },
    ];
    const counts = firsts("latency", list, 10_000);
    expect(counts.get("fast")).toBeGreaterThan(9_500);
    expect(counts.get("slow")).toBeGreaterThan(100);
    const unknown = [...list, { nodeId: "new", inFlight: 0, latencyMs: undefined }];
    expect(firsts("latency", unknown, 1_000).get("new")).toBeGreaterThan(900);
  });

  it("weighted puts nodes first in proportion, 1 for those without a weight, 0 only at the end", () => {
    const weights = { a: 3, never: 0 };
    const counts = firsts({ policy: "weighted", weights }, nodes("never", "a", "b"), 10_000);
    expect(counts.get("never")).toBe(0);
    expect((counts.get("a") ?? 0) / 10_000).toBeCloseTo(0.75, 1);
    expect((counts.get("b") ?? 0) / 10_000).toBeCloseTo(0.25, 1);
  });
});
