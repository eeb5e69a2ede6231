import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Actor, Context, VersionVector } from "../../../src/causality/index.js";
import {
  type ChangesBody,
  type Delta,
  decodeWatch,
  encodeRowKey,
  encodeWatch,
  type RowKey,
  type RowKeyRange,
  rowDigest,
  rowKeysOfBucket,
} from "../../../src/codec/index.js";
import { DataType, joinStates, type RowState } from "../../../src/crdt/index.js";
import { newDoubt, readChanges } from "../../../src/replica/index.js";
import { SimulatedWorld } from "../../../src/runtime/simulated/index.js";
import { rowStoreKey } from "../../../src/storage/index.js";
import { CatchUpReceiver } from "./catch-up-receiver.js";
import { PARTITION, ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const NOTHING = new VersionVector();
const PAGE_BYTES = 256 * 1024;
const NONE = Buffer.alloc(0);
/** Two of them fill a page. */
const LARGE = Buffer.alloc(140 * 1024, "x");
const ROW_KEYS = ["a", "b", "c", "d"].map((name) => rowKeyOf(name));

function rangeOf(prefix = "", type: DataType = DataType.multi): RowKeyRange {
  return rowKeysOfBucket(type, "b", { prefix: Buffer.from(prefix), start: NONE, end: undefined }, false);
}

type Page = Extract<ChangesBody, { kind: "changes" }>;

function pageAt(
  { replica }: ReplicaFixture,
  since: VersionVector,
  { range = rangeOf(), hasRows = true, seen = NOTHING } = {},
): Page {
  const body = readChanges(replica, { range, since, seen, hasRows }, PAGE_BYTES);
  if (body.kind !== "changes") throw new Error(`changes were expected, not ${body.kind}`);
  return body;
}

const shownBy = ({ rows }: Page): unknown =>
  rows.map(({ live, rowKey, dots }) => [
    ROW_KEYS.indexOf(rowKey),
    live.map(({ payload }) => payload.data.toString()).join("+"),
    dots.map(({ counter }) => counter),
  ]);

describe("what has changed since a position", () => {
  it("is each row once, as it is now, with all the dots that touched it", () => {
    const f = new ReplicaFixture();
    f.put(rowKeyOf("a"), "old");
    f.settle();
    const since = f.replica.durableClock.copy();
    f.remove(rowKeyOf("a"));
    f.put(rowKeyOf("b"), "b");
    f.put(rowKeyOf("a"), "new");
    f.put(rowKeyOf("c"), "c");
    f.remove(rowKeyOf("c"));
    f.settle();
    const page = pageAt(f, since);
    expect(shownBy(page)).toEqual([
      [0, "new", [2, 4]],
      [1, "b", [3]],
      [2, "", [5, 6]],
    ]);
    expect(page).toMatchObject({ isMore: false });
    expect(page.position.sorted()).toEqual([[f.actor, 6]]);
  });

  it("is durable only", () => {
    const f = new ReplicaFixture();
    f.put(rowKeyOf("a"));
    expect(pageAt(f, NOTHING).rows).toEqual([]);
    f.settle();
    expect(pageAt(f, NOTHING).rows).toHaveLength(1);
  });

  it("leaves out other keys and types, and moves on over them", () => {
    const f = new ReplicaFixture();
    f.put(rowKeyOf("b1"));
    f.put(rowKeyOf("a1"));
    f.put(rowKeyOf("a1", DataType.register));
    f.put(encodeRowKey(DataType.multi, "another", Buffer.from("a2")));
    f.settle();
    const page = pageAt(f, NOTHING, { range: rangeOf("a") });
    expect(page.rows.map(({ rowKey }) => rowKey)).toEqual([rowKeyOf("a1")]);
    expect(page.position.get(f.actor)).toBe(4);
  });

  it("comes in pages of bounded bytes, behind each of which the next goes on", () => {
    const f = new ReplicaFixture();
    for (const rowKey of ROW_KEYS) f.put(rowKey, LARGE);
    f.settle();
    const first = pageAt(f, NOTHING);
    expect(first).toMatchObject({ isMore: true, rows: [{ rowKey: ROW_KEYS[0] }, { rowKey: ROW_KEYS[1] }] });
    const second = pageAt(f, first.position);
    expect(second).toMatchObject({ isMore: false, rows: [{ rowKey: ROW_KEYS[2] }, { rowKey: ROW_KEYS[3] }] });
  });

  it("reads a bounded stretch of the log, also where nothing of it is asked for", () => {
    const f = new ReplicaFixture();
    for (let at = 0; at < 1_200; at++) f.put(rowKeyOf(`other${at}`), "v");
    f.put(rowKeyOf("a"));
    f.settle();
    let page = pageAt(f, NOTHING, { range: rangeOf("a") });
    const reached: number[] = [page.position.get(f.actor)];
    while (page.isMore) {
      page = pageAt(f, page.position, { range: rangeOf("a") });
      reached.push(page.position.get(f.actor));
    }
    expect(reached).toEqual([512, 1_024, 1_201]);
    expect(page.rows).toHaveLength(1);
  });

  it("is only told of, and stays to be read, where no rows are wanted", () => {
    const f = new ReplicaFixture();
    f.put(rowKeyOf("x"));
    f.put(rowKeyOf("a"));
    f.settle();
    const told = pageAt(f, NOTHING, { range: rangeOf("a"), hasRows: false });
    expect(told).toMatchObject({ isMore: true, rows: [] });
    expect(told.position.get(f.actor)).toBe(1);
  });

  it("is refused below the floor, in doubt, and where a row is damaged", () => {
    const f = new ReplicaFixture();
    for (const rowKey of ROW_KEYS) f.put(rowKey);
    f.settle();
    const { actor } = f;
    const question = { range: rangeOf(), seen: NOTHING, hasRows: true };
    f.rot(rowStoreKey(PARTITION, rowKeyOf("c")));
    const start = pageAt(f, NOTHING);
    expect(start.rows.map(({ rowKey }) => rowKey)).toEqual(ROW_KEYS.slice(0, 2));
    expect(start.isMore).toBe(true);
    expect(readChanges(f.replica, { ...question, since: start.position }, PAGE_BYTES)).toEqual({
      kind: "refused",
      reason: "damaged",
    });
    f.trim(VersionVector.from([[actor, 2]]));
    expect(
      readChanges(f.replica, { ...question, since: VersionVector.from([[actor, 1]]) }, PAGE_BYTES),
    ).toEqual({
      kind: "below-floor",
    });
    expect(
      readChanges(f.replica, { ...question, since: VersionVector.from([[actor, 4]]) }, PAGE_BYTES).kind,
    ).toBe("changes");
    f.replica.setDoubt(newDoubt("empty"));
    expect(readChanges(f.replica, { ...question, since: NOTHING }, PAGE_BYTES)).toEqual({
      kind: "refused",
      reason: "in-doubt",
    });
  });

  it("is not told by a replica that lacks something of what was shown, unless it is of a closed actor", () => {
    const f = new ReplicaFixture();
    f.put(rowKeyOf("a"));
    f.settle();
    const other = new ReplicaFixture(new SimulatedWorld(2), 2);
    const shown = VersionVector.from([[other.actor, 1]]);
    const question = { range: rangeOf(), hasRows: true };
    for (const [since, seen] of [
      [shown, NOTHING],
      [NOTHING, shown],
    ] as const)
      expect(readChanges(f.replica, { ...question, since, seen }, PAGE_BYTES)).toEqual({
        kind: "behind",
        clock: f.replica.durableClock,
      });
    shown.close(2, 1);
    const page = pageAt(f, shown);
    expect(page.rows).toHaveLength(1);
    expect(page.position.closed()).toEqual([[2, 1]]);
  });
});

/** Small, so that pages end in the middle of the log. */
const PAGE_ENTRIES = 3;

/** A watch of one partition, as `Watch` does it, at whichever replica a step names. */
class Reader {
  position: VersionVector;
  seen = NOTHING;
  source: ReplicaFixture | undefined;
  readonly shown = new Map<RowKey, RowState>();
  wentBack = false;

  constructor(position: VersionVector) {
    this.position = position;
  }

  /** One page; with `stepsBack` also from a replica that lacks what was shown. True: there is more. */
  read(at: ReplicaFixture, stepsBack: boolean): boolean {
    const seen = this.source === at ? NOTHING : this.seen;
    const question = { range: rangeOf(), since: this.position, seen, hasRows: true };
    const body = readChanges(at.replica, question, PAGE_BYTES, PAGE_ENTRIES);
    if (body.kind === "behind" && stepsBack) {
      this.position = this.position.meet(body.clock);
      this.seen = NOTHING;
      this.source = at;
      this.wentBack = true;
      return true;
    }
    if (body.kind !== "changes") {
      expect(body.kind).toBe("behind");
      return false;
    }
    this.source = at;
    for (const { rowKey, live, ahead } of body.rows)
      this.#show(rowKey, { live, context: new Context(body.clock).joined(ahead) });
    this.position = body.position;
    this.#goOnFromToken();
    return body.isMore;
  }

  #show(rowKey: RowKey, state: RowState): void {
    const before = this.shown.get(rowKey);
    this.shown.set(rowKey, state);
    this.seen = this.seen.copy();
    this.seen.join(state.context.vector);
    for (const { actor, counter } of state.context.dots()) this.seen.raise(actor, counter);
    if (before === undefined || this.wentBack) return;
    const both = joinStates(DataType.multi, [before, state]);
    expect(rowDigest(rowKey, state.live), "a row went back in time").toBe(rowDigest(rowKey, both.live));
  }

  #goOnFromToken(): void {
    const seen = VersionVector.from(this.seen.beyond(this.position).entries());
    const token = encodeWatch(new Map([[PARTITION, { position: this.position, seen }]]));
    const from = decodeWatch(token).get(PARTITION);
    if (from === undefined) throw new Error("the token lost its partition");
    this.position = from.position;
    this.seen = from.seen;
  }
}

const anyReplica = fc.nat({ max: 2 });
const anyStep = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant("write"),
      at: anyReplica,
      row: fc.nat({ max: 3 }),
      isLarge: fc.boolean(),
      isRemoval: fc.boolean(),
    }),
    weight: 5,
  },
  {
    arbitrary: fc.record({ kind: fc.constant("deliver"), at: anyReplica, nth: fc.nat({ max: 5 }) }),
    weight: 8,
  },
  { arbitrary: fc.record({ kind: fc.constant("read"), at: anyReplica }), weight: 5 },
  { arbitrary: fc.record({ kind: fc.constant("step-back"), at: anyReplica }), weight: 1 },
  {
    arbitrary: fc.record({
      kind: fc.constant("repair"),
      at: anyReplica,
      from: anyReplica,
      row: fc.nat({ max: 3 }),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ kind: fc.constant("catch-up"), at: anyReplica, from: anyReplica }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant("restart"), at: anyReplica }), weight: 1 },
);
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;

/** Three replicas of one partition, and a reader that goes from one to the other. */
class Trio {
  readonly replicas: readonly ReplicaFixture[];
  readonly logs = new Map<Actor, Delta[]>();
  reader = new Reader(NOTHING);
  readonly #mayStepBack: boolean;

  constructor(mayStepBack: boolean) {
    const world = new SimulatedWorld(1);
    this.replicas = [1, 2, 3].map((member) => new ReplicaFixture(world, member));
    this.#mayStepBack = mayStepBack;
  }

  at(index: number): ReplicaFixture {
    const replica = this.replicas[index];
    if (replica === undefined) throw new Error(`no replica ${index}`);
    return replica;
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) this.#run(step);
  }

  /** All deltas everywhere, and all pages read, the last of them at one replica. */
  settle(): void {
    for (const replica of this.replicas) {
      for (const [actor, log] of this.logs)
        for (const delta of log)
          if (!replica.replica.clock.covers(actor, delta.counter)) replica.replica.apply(delta);
      replica.settle();
    }
    for (let pages = 0; this.reader.read(this.at(0), false); pages++)
      if (pages > 200) throw new Error("the pages do not end");
  }

  #run(step: Step): void {
    const f = this.at(step.at);
    switch (step.kind) {
      case "write": {
        const rowKey = ROW_KEYS[step.row] ?? rowKeyOf("a");
        const delta = step.isRemoval ? f.remove(rowKey) : f.put(rowKey, "v");
        if (delta !== undefined) this.logs.set(delta.actor, [...(this.logs.get(delta.actor) ?? []), delta]);
        return f.settle();
      }
      case "deliver": {
        const logs = [...this.logs.values()];
        const log = logs[step.nth % Math.max(1, logs.length)] ?? [];
        const delta = log.find(({ actor, counter }) => !f.replica.clock.covers(actor, counter));
        if (delta !== undefined) f.replica.apply(delta);
        return f.settle();
      }
      case "read":
        return void this.reader.read(f, false);
      case "step-back":
        if (this.#mayStepBack) this.reader.read(f, true);
        return;
      case "repair": {
        const rowKey = ROW_KEYS[step.row] ?? rowKeyOf("a");
        const { replica } = this.at(step.from);
        const { live, ahead } = replica.rows.readDurable(rowKey);
        f.replica.join(rowKey, { live, context: new Context(replica.durableClock.copy()).joined(ahead) });
        return f.settle();
      }
      case "catch-up": {
        if (step.from === step.at) return;
        const session = new CatchUpReceiver(f);
        while (!session.step(this.at(step.from)));
        return f.settle();
      }
      case "restart":
        f.crash();
        if (this.reader.source === f) this.reader.source = undefined;
        return;
    }
  }
}

describe("a reader that goes from replica to replica, page by page", () => {
  it.each([
    ["shows the last state of every row, and no row goes back in time", false],
    ["shows the last state of every row, also where it steps back to what a replica has", true],
  ])(
    "%s",
    (_name, mayStepBack) => {
      fc.assert(
        fc.property(
          fc.array(anyStep, { maxLength: 60, size: "max" }),
          fc.array(anyStep, { maxLength: 10 }),
          (steps, before) => {
            const trio = new Trio(mayStepBack);
            trio.run(before.filter(({ kind }) => kind !== "read" && kind !== "step-back"));
            const start = trio.at(1).replica.durableClock.copy();
            trio.reader = new Reader(start);
            trio.run(steps);
            trio.settle();
            const { rows, durableClock } = trio.at(0).replica;
            expect(trio.reader.position.sorted()).toEqual(durableClock.sorted());
            const changed = [...trio.logs.values()]
              .flat()
              .filter(({ actor, counter }) => !start.covers(actor, counter));
            for (const rowKey of new Set(changed.map((delta) => delta.rowKey)))
              expect(trio.reader.shown.get(rowKey)?.live).toEqual(rows.readDurable(rowKey).live);
          },
        ),
        { numRuns: 300 },
      );
    },
    60_000,
  );
});

describe("what was closed and forgotten", () => {
  /** One write of a first incarnation, which is then past: closed, trimmed, forgotten. */
  function forgotten(): { f: ReplicaFixture; before: VersionVector; none: VersionVector } {
    const f = new ReplicaFixture();
    const none = f.replica.durableClock.copy();
    f.put(rowKeyOf("a"));
    f.settle();
    const before = f.replica.durableClock.copy();
    f.crash();
    f.put(rowKeyOf("b"));
    f.settle();
    const [past] = before.entries();
    if (past === undefined) throw new Error("nothing was written");
    f.replica.trimLog(past[0], past[1], 10, (error) => expect(error).toBeUndefined());
    f.settle();
    f.replica.close(1, 1);
    f.settle();
    f.replica.forget(1, 1);
    f.settle();
    return { f, before, none };
  }

  const kindOf = (f: ReplicaFixture, since: VersionVector): string =>
    readChanges(f.replica, { range: rangeOf(), since, seen: NOTHING, hasRows: true }, PAGE_BYTES).kind;

  it("is no reason to begin anew for who has seen all of it", () => {
    const { f, before } = forgotten();
    const page = pageAt(f, before);
    expect(page.rows.map(({ rowKey }) => rowKey)).toEqual([rowKeyOf("b")]);
    expect(page.position.closed()).toEqual([[1, 1]]);
  });

  it("is one for who has not, and for everybody once the process has forgotten what it was", () => {
    const { f, before, none } = forgotten();
    expect(kindOf(f, none)).toBe("below-floor");
    const { position } = pageAt(f, before);
    f.crash();
    expect(kindOf(f, before)).toBe("below-floor");
    expect(kindOf(f, position)).toBe("changes");
  });
});
