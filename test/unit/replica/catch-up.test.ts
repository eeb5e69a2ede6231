import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Actor, actorOf, Context, type Dot, VersionVector } from "../../../src/causality/index.js";
import type { Delta, RowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { SimulatedWorld } from "../../../src/runtime/simulated/index.js";
import { Known, nameOf } from "../crdt/naive-model.js";
import { CatchUpReceiver } from "./catch-up-receiver.js";
import { anyRemoteLog, anyRowKey, learn, ROW_KEYS } from "./remote-log.js";
import { PARTITION, ReplicaFixture } from "./replica-fixture.js";

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
  {
    arbitrary: fc.record({
      kind: fc.constant("apply"),
      at: anySide,
      from: fc.constantFrom(0, 0, 1, 1, 2, 3),
    }),
    weight: 10,
  },
  {
    arbitrary: fc.record({ kind: fc.constant("run"), ms: fc.double({ min: 0, max: 3, noNaN: true }) }),
    weight: 3,
  },
);
const anySteps = fc.array(anyStep, { minLength: 10, maxLength: 70, size: "max" });
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

  /** Both caught up: clocks and rows are equal. */
  checkEqual(): void {
    expect(this.receiver.replica.clock.sorted()).toEqual(this.source.replica.clock.sorted());
    this.checkRows(this.source);
    this.checkRows(this.receiver);
  }

  /** The rows are what the naive model makes of the deltas that the clock covers, and each has its log entry. */
  checkRows(at: ReplicaFixture): void {
    const known = new Map<RowKey, Known>(ROW_KEYS.map((rowKey) => [rowKey, new Known()]));
    for (const log of this.#logs.values())
      for (const delta of log.filter(({ actor, counter }) => at.replica.clock.covers(actor, counter))) {
        learn(known, delta);
        if (delta.counter > at.replica.floor.get(delta.actor))
          expect(at.replica.log.read(delta.actor, delta.counter)).toMatchObject({ rowKey: delta.rowKey });
      }
    for (const [rowKey, of] of known)
      expect(at.durable(rowKey).live.map(nameOf)).toEqual(of.survivors(DataType.multi)?.map(nameOf));
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
        pair.catchUp([]);
        pair.checkRows(pair.receiver);
        pair.run(before);
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
          const session = pair.catchUp([]);
          if (session.pageKinds.includes("rows")) fullSyncs++;
          pair.checkRows(pair.receiver);
          pair.run(before);
          pair.catchUp(between);
          pair.completeSource();
          pair.catchUp([]);
          pair.checkEqual();
        },
      ),
    );
    expect(fullSyncs).toBeGreaterThan(20);
  });
});

describe("a row that is ahead of its source's clock", () => {
  it.each(["log", "rows"] as const)("takes what it knows removed along, by a page of %s", (kind) => {
    const [first, second] = [8, 9].map((member) => actorOf(member, 1));
    if (first === undefined || second === undefined) throw new Error("two actors");
    const [rowKey] = ROW_KEYS;
    if (rowKey === undefined) throw new Error("no row");
    const put = (actor: Actor, replaced: readonly Dot[]): Delta => {
      const payload = {
        hlc: 1n,
        isTombstone: false,
        encoding: 0,
        expiresAtMs: 0,
        data: Buffer.from("v"),
      } as const;
      return {
        partition: PARTITION,
        actor,
        counter: 1,
        hlc: 1n,
        rowKey,
        requestId: undefined,
        following: 0,
        payload,
        replaced,
      };
    };
    const early = put(first, []);
    const late = put(second, [early]);
    const pair = new Pair(
      1,
      new Map([
        [first, [early]],
        [second, [late]],
      ]),
    );
    pair.source.replica.apply(late);
    pair.receiver.replica.apply(early);
    pair.source.settle();
    if (kind === "rows") pair.source.trim(VersionVector.from([[second, 1]]));
    const { pageKinds } = pair.catchUp([]);
    expect(pageKinds).toContain(kind);
    expect(pair.receiver.live(rowKey).map(nameOf)).toEqual([nameOf(late)]);
  });
});

describe("a row with a dot of a closed actor that no clock ever reached", () => {
  it("is sent though the asker has not closed that actor, for nothing of it comes later", () => {
    const source = new ReplicaFixture(undefined, 1);
    const receiver = new ReplicaFixture(source.world, 2);
    const [rowKey] = ROW_KEYS;
    if (rowKey === undefined) throw new Error("no row");
    // Its first dot died with a disk; the row was announced since, so its actor could be closed.
    const orphan = { actor: actorOf(9, 1), counter: 2, payload: source.put(rowKey).payload };
    if (orphan.payload === undefined) throw new Error("no payload");
    const state = { live: [{ ...orphan, payload: orphan.payload }], context: Context.ofDots([orphan]) };
    for (const { replica } of [source, receiver]) replica.join(rowKey, state);
    source.replica.close(9, 1);
    source.settle();
    const session = new CatchUpReceiver(receiver);
    while (!session.step(source));
    source.settle();
    expect(receiver.durable(rowKey).live.map(nameOf)).toEqual(source.durable(rowKey).live.map(nameOf));
    expect(receiver.durable(rowKey).live).toHaveLength(2);
  });
});
