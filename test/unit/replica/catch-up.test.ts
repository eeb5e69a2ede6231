import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Actor, VersionVector } from "../../../src/causality/index.js";
import type { Delta, RowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { SimulatedWorld } from "../../../src/runtime/simulated/index.js";
import { Known, nameOf } from "../crdt/naive-model.js";
import { CatchUpReceiver } from "./catch-up-receiver.js";
import { anyRemoteLog, anyRowKey, learn, ROW_KEYS } from "./remote-log.js";
import { ReplicaFixture } from "./replica-fixture.js";

fc.configureGlobal({ seed: 5002, numRuns: 80 });

const anySide = fc.constantFrom("source", "receiver");
const anyStep = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant("write"),
      at: anySide,
      rowKey: anyRowKey,
      isRemoval: fc.boolean(),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ kind: fc.constant("apply"), at: anySide, from: fc.nat({ max: 3 }) }), weight: 6 },
  {
    arbitrary: fc.record({ kind: fc.constant("run"), ms: fc.double({ min: 0, max: 3, noNaN: true }) }),
    weight: 3,
  },
);
const anySteps = fc.array(anyStep, { minLength: 4, maxLength: 40, size: "max" });
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

/** A source and a receiver in one world, and every delta that there is. */
class Pair {
  readonly source: ReplicaFixture;
  readonly receiver: ReplicaFixture;
  readonly #logs: Map<Actor, Delta[]>;

  constructor(seed: number, remote: ReadonlyMap<Actor, readonly Delta[]>) {
    const world = new SimulatedWorld(seed);
    this.source = new ReplicaFixture(world, 1);
    this.receiver = new ReplicaFixture(world, 2);
    this.#logs = new Map([...remote].map(([actor, log]) => [actor, [...log]]));
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind === "run") this.source.world.time.runFor(step.ms);
      else if (step.kind === "write") this.#write(this[step.at], step.rowKey, step.isRemoval);
      else this.#apply(this[step.at], [...this.#logs.keys()][step.from]);
    }
  }

  /** One whole session; what happens between its pages comes from `between`. */
  catchUp(between: readonly Step[]): CatchUpReceiver {
    const session = new CatchUpReceiver(this.receiver);
    const steps = [...between];
    for (let pages = 0; !session.step(this.source); pages++) {
      if (pages > 200) throw new Error(`the session does not end: ${session.pageKinds.join(" ")}`);
      this.run(steps.splice(0, 4));
    }
    this.source.settle();
    return session;
  }

  /** Both caught up: clocks, rows and logs are equal, and the rows are what the naive model says. */
  checkEqual(): void {
    const { source, receiver } = this;
    expect(receiver.replica.clock.sorted()).toEqual(source.replica.clock.sorted());
    const known = new Map<RowKey, Known>(ROW_KEYS.map((rowKey) => [rowKey, new Known()]));
    for (const log of this.#logs.values())
      for (const delta of log)
        if (source.replica.clock.covers(delta.actor, delta.counter)) this.#checkPointer(delta, known);
    for (const [rowKey, of] of known) {
      const survivors = of.survivors(DataType.multi)?.map(nameOf);
      expect(source.durable(rowKey).live.map(nameOf)).toEqual(survivors);
      expect(receiver.durable(rowKey).live.map(nameOf)).toEqual(survivors);
    }
  }

  /** The receiver can serve what it was given: it has each pointer, or says that its log begins later. */
  #checkPointer(delta: Delta, known: Map<RowKey, Known>): void {
    learn(known, delta);
    const { replica } = this.receiver;
    if (delta.counter > replica.floor.get(delta.actor))
      expect(replica.readLog(delta.actor, delta.counter)).toMatchObject({ rowKey: delta.rowKey });
  }

  #write(at: ReplicaFixture, rowKey: RowKey, isRemoval: boolean): void {
    const delta = isRemoval ? at.remove(rowKey) : at.put(rowKey);
    if (delta !== undefined) this.#logs.set(delta.actor, [...(this.#logs.get(delta.actor) ?? []), delta]);
  }

  #apply(at: ReplicaFixture, actor: Actor | undefined): void {
    const next = actor === undefined ? undefined : this.#logs.get(actor)?.[at.replica.clock.get(actor)];
    if (next !== undefined) at.replica.apply(next);
  }

  /** Delivers to the source all that it lacks. */
  completeSource(): void {
    for (const [actor, log] of this.#logs) for (const _ of log) this.#apply(this.source, actor);
    this.source.settle();
  }
}

describe("a receiver that was fed all pages and adopted the clock", () => {
  it("equals the source, whatever both did before and between the pages", () => {
    fc.assert(
      fc.property(fc.nat(), anyRemoteLog("large"), anySteps, anySteps, (seed, remote, before, between) => {
        const pair = new Pair(seed, remote);
        pair.run(before);
        pair.source.settle();
        const session = pair.catchUp(between);
        expect(session.target).toBeDefined();
        if (session.target !== undefined)
          expect(pair.receiver.replica.clock.includes(session.target)).toBe(true);
        pair.completeSource();
        pair.catchUp([]);
        pair.checkEqual();
      }),
    );
  });

  it("does so by a full sync when the source's log begins above it", () => {
    let fullSyncs = 0;
    fc.assert(
      fc.property(
        fc.nat(),
        anyRemoteLog("large"),
        anySteps,
        anySteps,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, remote, before, between, fraction) => {
          const pair = new Pair(seed, remote);
          pair.run(before);
          pair.source.settle();
          const floor = [...pair.source.replica.clock.entries()].map(
            ([actor, counter]) => [actor, Math.ceil(counter * fraction)] as const,
          );
          pair.source.trim(VersionVector.from(floor));
          const session = pair.catchUp(between);
          if (session.pageKinds.includes("rows")) fullSyncs++;
          pair.completeSource();
          pair.catchUp([]);
          pair.checkEqual();
        },
      ),
    );
    expect(fullSyncs).toBeGreaterThan(20);
  });
});
