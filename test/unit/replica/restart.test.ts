import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Actor } from "../../../src/causality/index.js";
import type { Delta, RowKey } from "../../../src/codec/index.js";
import { DataType, rowState } from "../../../src/crdt/index.js";
import { SimulatedWorld } from "../../../src/runtime/simulated/index.js";
import { Known, nameOf } from "../crdt/naive-model.js";
import { anyRemoteLog, anyRowKey, learn, ROW_KEYS } from "./remote-log.js";
import { ReplicaFixture } from "./replica-fixture.js";

fc.configureGlobal({ seed: 5001, numRuns: 120 });

const anyStep = fc.oneof(
  {
    arbitrary: fc.record({ kind: fc.constant("write"), rowKey: anyRowKey, isRemoval: fc.boolean() }),
    weight: 4,
  },
  { arbitrary: fc.record({ kind: fc.constant("apply"), from: fc.nat({ max: 1 }) }), weight: 8 },
  {
    arbitrary: fc.record({ kind: fc.constant("run"), ms: fc.double({ min: 0, max: 4, noNaN: true }) }),
    weight: 5,
  },
  { arbitrary: fc.record({ kind: fc.constant("crash"), loseUnsynced: fc.boolean() }), weight: 1 },
);

/** What is held after one step: the deltas of each actor, in order. */
type Held = readonly Delta[];

/** A replica, every delta that it took in order, and how many of those were on disk when it last said so. */
class Run {
  readonly f: ReplicaFixture;
  #held: Held = [];
  #durable = 0;

  constructor(seed: number) {
    this.f = new ReplicaFixture(new SimulatedWorld(seed));
  }

  take(delta: Delta | undefined): void {
    if (delta === undefined) return;
    this.#held = [...this.#held, delta];
    const count = this.#held.length;
    this.f.commit.whenDurable(() => {
      this.#durable = count;
    });
  }

  apply(delta: Delta | undefined): void {
    if (delta !== undefined && this.f.replica.apply(delta) === "applied") this.take(delta);
  }

  /** After a crash exactly a prefix is there, no shorter than what was reported durable. */
  crash(loseUnsynced: boolean): void {
    this.f.crash(loseUnsynced);
    const { clock } = this.f.replica;
    const kept = this.#held.filter((delta) => clock.covers(delta.actor, delta.counter));
    expect(kept).toEqual(this.#held.slice(0, kept.length));
    expect(kept.length).toBeGreaterThanOrEqual(this.#durable);
    this.#held = kept;
    this.#durable = kept.length;
    this.checkDurable();
  }

  /** Clock, rows, log and request ids on disk agree: what the clock covers is reflected, and nothing else. */
  checkDurable(): void {
    const { replica } = this.f;
    const { durableClock } = replica;
    const held = this.#held.filter((delta) => durableClock.covers(delta.actor, delta.counter));
    const known = new Map<RowKey, Known>(ROW_KEYS.map((rowKey) => [rowKey, new Known()]));
    for (const delta of held) {
      learn(known, delta);
      expect(replica.log.read(delta.actor, delta.counter)).toMatchObject({
        rowKey: delta.rowKey,
        hlc: delta.hlc,
      });
      if (delta.requestId !== undefined)
        expect(replica.findRequest(delta.requestId)).toMatchObject({ kind: "applied" });
    }
    for (const [rowKey, known1] of known) {
      const row = this.f.durable(rowKey);
      expect(row.live.map(nameOf)).toEqual(known1.survivors(DataType.multi)?.map(nameOf));
      const { context } = rowState(row, durableClock);
      for (const delta of this.#held.filter((candidate) => candidate.rowKey === rowKey))
        expect(context.covers(delta.actor, delta.counter)).toBe(known1.knows(nameOf(delta)));
    }
    for (const [actor, counter] of durableClock.entries()) {
      const counters = held.filter((delta) => delta.actor === actor).map((delta) => delta.counter);
      expect(counters).toEqual(Array.from({ length: counter }, (_, at) => at + 1));
    }
  }
}

function nextOf(run: Run, logs: ReadonlyMap<Actor, readonly Delta[]>, from: number): Delta | undefined {
  const actor = [...logs.keys()][from];
  return actor === undefined ? undefined : logs.get(actor)?.[run.f.replica.clock.get(actor)];
}

describe("a replica that crashes at any moment", () => {
  it("comes back with a clock, rows and a log that agree, and with all that it had reported durable", () => {
    const anySteps = fc.array(anyStep, { minLength: 10, maxLength: 60, size: "max" });
    fc.assert(
      fc.property(fc.nat(), anyRemoteLog(), anySteps, (seed, logs, steps) => {
        const run = new Run(seed);
        for (const step of steps) {
          if (step.kind === "write")
            run.take(step.isRemoval ? run.f.remove(step.rowKey) : run.f.put(step.rowKey));
          else if (step.kind === "apply") run.apply(nextOf(run, logs, step.from));
          else if (step.kind === "crash") run.crash(step.loseUnsynced);
          else {
            run.f.world.time.runFor(step.ms);
            run.checkDurable();
          }
        }
        run.f.settle();
        run.checkDurable();
        run.crash(true);
      }),
    );
  });
});
