/** Writes of several keys as one: all of them or none, here and at every replica that gets them live, and once. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRowKey, type RowKey } from "../../../src/codec/index.js";
import { DataType, readingOf } from "../../../src/crdt/index.js";
import { batchProblem } from "../../../src/replication/atomic-batch.js";
import type {
  Action,
  KeyWrite,
  Operation,
  OperationOptions,
  Outcome,
} from "../../../src/replication/index.js";
import { Lab } from "./lab.js";

const REQUEST_ID = "00112233445566778899aabbccddeeff";
const FIRST: Partial<OperationOptions> = { requestId: REQUEST_ID };
const RETRY: Partial<OperationOptions> = { requestId: REQUEST_ID, isRetry: true };
const NOTHING = Buffer.alloc(0);

function address(type: DataType, key: string, bucket = "b") {
  return { type, bucket, key: Buffer.from(key) };
}

function put(key: string, value: string, condition?: "absent"): KeyWrite {
  const stored = { data: Buffer.from(value), encoding: 1 } as const;
  return {
    kind: "put",
    address: address(DataType.register, key),
    value: stored,
    context: NOTHING,
    condition,
  };
}

function update(type: DataType, key: string, ...actions: Action[]): KeyWrite {
  return {
    kind: "update",
    address: address(type, key),
    changes: actions.map((action) => ({ path: [], action })),
  };
}

function clear(type: DataType, key: string): KeyWrite {
  return { kind: "delete", address: address(type, key), context: NOTHING };
}

const count = (key: string, amount: number): KeyWrite =>
  update(DataType.counter, key, { kind: "increment", amount });
const add = (key: string, ...members: string[]): KeyWrite =>
  update(DataType.set, key, { kind: "add-members", members: members.map((member) => Buffer.from(member)) });
const batch = (...writes: KeyWrite[]): Operation => ({ kind: "batch", writes });

const ORDER = batch(put("order", "o1"), count("orders", 1), add("open", "o1", "o2"));

function shown(lab: Lab, member: number, type: DataType, key: string, element?: string): unknown {
  const at = encodeRowKey(type, "b", Buffer.from(key), element === undefined ? [] : [Buffer.from(element)]);
  const reading = readingOf(type, lab.node(member).replica.rows.readDurable(at).live, 0);
  if (reading.kind === "values") return reading.values[0]?.data.toString();
  return reading.kind === "counter" ? Number(reading.value) : reading.isEnabled;
}

/** What a replica shows of the order: as many of its four rows as are there. */
function seen(lab: Lab, member: number): number {
  const rows = [
    shown(lab, member, DataType.register, "order") !== undefined,
    shown(lab, member, DataType.counter, "orders") === 1,
    shown(lab, member, DataType.set, "open", "o1"),
    shown(lab, member, DataType.set, "open", "o2"),
  ];
  return rows.filter(Boolean).length;
}

function failed(outcome: Outcome): { reason: string; message: string; field: string | undefined } {
  if (outcome.kind !== "failed") throw new Error(`it is ${outcome.kind}`);
  return { reason: outcome.reason, message: outcome.message, field: outcome.metadata.field };
}

describe("an atomic batch", () => {
  it("writes keys of all types in one batch, as one run of dots, with one outcome", () => {
    const lab = new Lab({ eu: 3 });
    const outcome = lab.execute(1, ORDER, { ...FIRST, consistency: { level: "ALL" } });
    expect(outcome).toMatchObject({ kind: "written", acksReceived: 3 });
    expect([1, 2, 3].map((member) => seen(lab, member))).toEqual([4, 4, 4]);
    const { actor } = lab.node(1).environment;
    const following = [1, 2, 3, 4].map((counter) => lab.node(1).replica.log.read(actor, counter)?.following);
    expect(following).toEqual([3, 2, 1, 0]);
  });

  it("writes nothing where one of its writes cannot be", () => {
    const lab = new Lab({ eu: 3 });
    const overflow = failed(
      lab.execute(
        1,
        batch(put("order", "o1"), count("orders", Number.MAX_SAFE_INTEGER), count("more", Number.NaN)),
      ),
    );
    expect([overflow.reason, overflow.field]).toEqual(["BAD_REQUEST", "items[2].operations"]);
    lab.execute(1, put("taken", "ada"));
    const taken = failed(lab.execute(1, batch(put("order", "o1"), put("taken", "bob", "absent"))));
    expect([taken.reason, taken.field]).toEqual(["CONDITION_FAILED", "items[1]"]);
    const wrong = failed(
      lab.execute(1, batch(put("order", "o1"), update(DataType.flag, "f", { kind: "increment", amount: 1 }))),
    );
    expect(wrong.field).toBe("items[1].operations[0]");
    expect([1, 2, 3].map((member) => seen(lab, member))).toEqual([0, 0, 0]);
    expect(lab.execute(1, batch(put("order", "o1", "absent"), put("new", "x", "absent"))).kind).toBe(
      "written",
    );
    expect(shown(lab, 1, DataType.register, "new")).toBe("x");
  });

  it("looks at its conditions at the level that was asked for", () => {
    const lab = new Lab({ eu: 3 });
    lab.loses = (message, _from, to) => message.type === "delta" && to === 1;
    lab.execute(2, put("taken", "ada"));
    expect(failed(lab.execute(1, batch(put("order", "o1"), put("taken", "bob", "absent")))).reason).toBe(
      "CONDITION_FAILED",
    );
  });

  it("clears sets and maps, but none that takes steps", () => {
    const lab = new Lab({ eu: 1 });
    lab.execute(1, add("open", "o1", "o2"));
    expect(lab.execute(1, batch(clear(DataType.set, "open"), put("order", "o1"))).kind).toBe("written");
    expect(shown(lab, 1, DataType.set, "open", "o1")).toBe(false);
    const members = Array.from({ length: 700 }, (_, index) => `m${index}`);
    for (const key of ["large", "other"]) lab.execute(1, add(key, ...members));
    const refused = failed(lab.execute(1, batch(clear(DataType.set, "large"), clear(DataType.set, "other"))));
    expect([refused.reason, refused.field]).toEqual(["BAD_REQUEST", "items"]);
    expect(shown(lab, 1, DataType.set, "large", "m0")).toBe(true);
    const many = failed(lab.execute(1, batch(add("x", ...members), add("y", ...members))));
    expect(many.message).toContain("1400 rows");
  });

  it("is refused for keys of several partitions, and for a key that comes twice, naming them", () => {
    const partitionOf = (bucket: string, key: Buffer): number => bucket.length * 256 + (key[0] ?? 0);
    expect(batchProblem([put("a1", "x"), count("a2", 1)], partitionOf)).toBeUndefined();
    const apart = batchProblem([put("a1", "x"), put("a2", "x"), put("b1", "x")], partitionOf);
    expect(apart).toMatchObject({ reason: "NOT_ATOMIC", metadata: { field: "items[2]" } });
    expect(apart?.message).toMatch(
      /items\[0\] \(key "a1" of bucket b\) and items\[2\] \(key "b1" of bucket b\).*\{tag\}/,
    );
    const elsewhere: KeyWrite = { ...put("a1", "x"), address: address(DataType.register, "a1", "bb") };
    expect(batchProblem([put("a1", "x"), elsewhere], partitionOf)?.reason).toBe("NOT_ATOMIC");
    const twice = batchProblem([count("a", 1), put("a", "x"), count("a", 2)], partitionOf);
    expect(twice).toMatchObject({ reason: "BAD_REQUEST", metadata: { field: "items[2]" } });
    expect(twice?.message).toContain("items[0]");
    expect(batchProblem([], partitionOf)?.reason).toBe("BAD_REQUEST");
    const lab = new Lab({ eu: 1 });
    expect(failed(lab.execute(1, batch(count("a", 1), count("a", 2)))).reason).toBe("BAD_REQUEST");
  });

  it("is applied once, however often and wherever it is tried", () => {
    const lab = new Lab({ eu: 3 });
    const written = lab.execute(1, ORDER, FIRST);
    const again = [lab.execute(1, ORDER, RETRY), lab.execute(2, ORDER, RETRY)];
    if (written.kind !== "written") throw new Error(written.kind);
    for (const outcome of again) expect(outcome).toMatchObject({ kind: "written", hlc: written.hlc });
    lab.runFor(500);
    expect([1, 2, 3].map((member) => shown(lab, member, DataType.counter, "orders"))).toEqual([1, 1, 1]);
  });

  it("that came in part before its coordinator died is nowhere, also after a retry, until it is there as a whole", () => {
    const lab = new Lab({ eu: 3 });
    let left = 2;
    lab.loses = (message, from, to) => {
      if (from !== 1 && to !== 1) return false;
      return message.type !== "delta" || to !== 2 || left-- <= 0;
    };
    lab.begin(1, ORDER, FIRST);
    lab.runFor(50);
    expect([1, 2, 3].map((member) => seen(lab, member))).toEqual([4, 0, 0]);
    lab.dead.add(1);
    expect(failed(lab.execute(3, ORDER, { ...RETRY, timeoutMs: 300 })).reason).toBe("MAYBE_APPLIED");
    lab.runFor(500);
    expect([2, 3].map((member) => seen(lab, member))).toEqual([0, 0]);
    // It comes back with its disk: what it minted is brought, and a retry finds it.
    lab.dead.clear();
    lab.loses = () => false;
    for (const delta of lab
      .node(1)
      .sent.flatMap(({ to, message }) => (to !== 1 && message.type === "delta" ? [message] : [])))
      for (const member of [2, 3]) lab.node(member).replicator.receive(1, delta);
    lab.runFor(500);
    expect(lab.execute(3, ORDER, RETRY).kind).toBe("written");
    expect([1, 2, 3].map((member) => seen(lab, member))).toEqual([4, 4, 4]);
  });

  it("shows whole at every replica and every moment, whatever is lost and in whatever order the rest comes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 9 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        (order, batches) => {
          const lab = new Lab({ eu: 2 });
          lab.loses = (message) => message.type === "delta";
          const keys: RowKey[][] = [];
          for (let index = 0; index < batches; index++) {
            lab.execute(1, batch(put(`a${index}`, "x"), put(`b${index}`, "x"), add(`c${index}`, "m")), {
              timeoutMs: 100,
            });
            keys.push(
              [`a${index}`, `b${index}`].map((key) => encodeRowKey(DataType.register, "b", Buffer.from(key))),
            );
          }
          const deltas = lab
            .node(1)
            .sent.flatMap(({ message }) => (message.type === "delta" ? [message] : []));
          for (const pick of order) {
            const delta = deltas[pick];
            if (delta !== undefined) lab.node(2).replicator.receive(1, delta);
            lab.runFor(3);
            for (const rows of keys) {
              const here = rows.map((row) => lab.node(2).replica.rows.readDurable(row).live.length);
              expect(new Set(here).size).toBe(1);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
