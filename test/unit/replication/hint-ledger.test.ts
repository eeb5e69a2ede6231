import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import { HintLedger } from "../../../src/replication/hint-ledger.js";

fc.configureGlobal({ seed: 6102, numRuns: 300 });

const [A, B] = [actorOf(1, 1), actorOf(2, 1)];

const anyClock = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }))
  .map(([a, b]) =>
    VersionVector.from([...(a > 0 ? [[A, a] as const] : []), ...(b > 0 ? [[B, b] as const] : [])]),
  );
const anyPartition = fc.integer({ min: 0, max: 1 });

const anyStep = fc.oneof(
  fc.record({ kind: fc.constant("hold"), partition: anyPartition, clock: anyClock }),
  // Peers that lose their store tell lower clocks than before.
  fc.record({ kind: fc.constant("acknowledge"), partition: anyPartition, clock: anyClock }),
  fc.record({
    kind: fc.constantFrom("expired", "dropped"),
    partition: fc.option(anyPartition, { nil: undefined }),
  }),
);

type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** Every single dot, and what became of it. */
class NaiveLedger {
  readonly #fates = new Map<string, "pending" | "delivered" | "expired" | "dropped">();
  /** Known to be with the peer without ever having been a hint. */
  readonly #never = new Set<string>();

  take(step: Step): void {
    if (step.kind === "hold") {
      for (const dot of dotsOf(step.partition, step.clock))
        if (!this.#fates.has(dot) && !this.#never.has(dot)) this.#fates.set(dot, "pending");
    } else if (step.kind === "acknowledge") {
      for (const dot of dotsOf(step.partition, step.clock))
        if (this.#fates.get(dot) === "pending") this.#fates.set(dot, "delivered");
        else if (!this.#fates.has(dot)) this.#never.add(dot);
    } else {
      for (const [dot, fate] of this.#fates)
        if (fate === "pending" && (step.partition === undefined || dot.startsWith(`${step.partition}/`)))
          this.#fates.set(dot, step.kind);
    }
  }

  count(fate: string): number {
    return [...this.#fates.values()].filter((found) => found === fate).length;
  }

  get created(): number {
    return this.#fates.size;
  }
}

function dotsOf(partition: number, clock: VersionVector): string[] {
  return [...clock.entries()].flatMap(([actor, counter]) =>
    Array.from({ length: counter }, (_, i) => `${partition}/${actor}:${i + 1}`),
  );
}

describe("a ledger of hints", () => {
  it("accounts for each dot once, whatever comes in whatever order", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        const [ledger, naive] = [new HintLedger(), new NaiveLedger()];
        for (const step of steps) {
          if (step.kind === "hold") ledger.hold(step.partition, step.clock);
          else if (step.kind === "acknowledge") ledger.acknowledge(step.partition, step.clock);
          else ledger.giveUp(step.kind, step.partition);
          naive.take(step);
          const { created, delivered, expired, dropped } = ledger.counts;
          expect({ ...ledger.counts, pending: ledger.pending }).toEqual({
            created: naive.created,
            delivered: naive.count("delivered"),
            expired: naive.count("expired"),
            dropped: naive.count("dropped"),
            pending: naive.count("pending"),
          });
          expect(created).toBe(delivered + expired + dropped + ledger.pending);
        }
      }),
    );
  });

  it("counts nothing that the peer had all along", () => {
    const ledger = new HintLedger();
    ledger.acknowledge(0, VersionVector.from([[A, 10]]));
    ledger.hold(0, VersionVector.from([[A, 10]]));
    expect(ledger.counts.created).toBe(0);
    ledger.hold(0, VersionVector.from([[A, 13]]));
    expect(ledger.counts.created).toBe(3);
  });
});
