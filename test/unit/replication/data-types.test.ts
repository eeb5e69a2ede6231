/** Counters, flags, sets and maps through three replicas: what an update does, and what reads show of it. */
import { describe, expect, it } from "vitest";
import { decodeRowKey, leafOf, mapElement, type RowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import type { Action, Change, KeyAddress, Operation, Outcome } from "../../../src/replication/index.js";
import { Lab } from "./lab.js";

const ALL = { consistency: { level: "ALL" } } as const;
const ONE = { consistency: { level: "ONE" } } as const;

function address(type: DataType): KeyAddress {
  return { type, bucket: "b", key: Buffer.from("k") };
}

function bytes(...texts: string[]): Buffer[] {
  return texts.map((text) => Buffer.from(text));
}

function update(type: DataType, ...actions: Action[]): Operation {
  return { kind: "update", address: address(type), changes: actions.map((action) => ({ path: [], action })) };
}

function change(path: string, action: Action): Change {
  return { path: bytes(...path.split("/")), action };
}

function updateMap(...changes: Change[]): Operation {
  return { kind: "update", address: address(DataType.map), changes };
}

function get(type: DataType, element: readonly Buffer[] = []): Operation {
  return { kind: "get", address: address(type), element };
}

function list(type: DataType, path: string[] = [], limit = 100, after?: RowKey): Operation {
  return { kind: "list", address: address(type), path: bytes(...path), after, limit };
}

const add = (...members: string[]): Action => ({ kind: "add-members", members: bytes(...members) });
const remove = (...members: string[]): Action => ({ kind: "remove-members", members: bytes(...members) });
const count = (amount: number): Action => ({ kind: "increment", amount });
const CLEAR: Action = { kind: "clear" };
const assign = (text: string): Action => ({
  kind: "assign",
  value: { data: Buffer.from(text), encoding: 1 },
});

function membersOf(outcome: Outcome): string[] {
  if (outcome.kind !== "page") throw new Error(JSON.stringify(outcome));
  return outcome.rows.map(({ rowKey }) => String(decodeRowKey(rowKey).element[0]));
}

function leavesOf(outcome: Outcome): Record<string, unknown> {
  if (outcome.kind !== "page") throw new Error(JSON.stringify(outcome));
  return Object.fromEntries(
    outcome.rows.map(({ rowKey, reading }) => {
      const { path, member } = leafOf(decodeRowKey(rowKey).element);
      const name = [...path, ...(member === undefined ? [] : [member])].map(String).join("/");
      if (reading.kind === "counter") return [name, Number(reading.value)];
      return [name, reading.kind === "flag" ? reading.isEnabled : String(reading.values[0]?.data)];
    }),
  );
}

describe("a counter", () => {
  it("adds up what all nodes counted, and is zero where nobody did", () => {
    const lab = new Lab({ eu: 3 });
    expect(lab.execute(2, get(DataType.counter), ALL)).toMatchObject({ value: 0n, isFound: false });
    lab.execute(1, update(DataType.counter, count(5), count(-2)), ALL);
    lab.execute(2, update(DataType.counter, count(10)), ALL);
    lab.execute(1, update(DataType.counter, count(1)), ALL);
    expect(lab.execute(3, get(DataType.counter), ALL)).toEqual({
      kind: "counter",
      value: 14n,
      isFound: true,
      expiresAtMs: 0,
    });
    // One dot for each actor.
    expect(lab.node(3).replica.durableClock.dotsBeyond(lab.node(3).replica.floor)).toBe(3);
  });

  it("keeps what was added while somebody else cleared it", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, update(DataType.counter, count(5)), ALL);
    lab.execute(2, update(DataType.counter, count(7)), ALL);
    lab.holds = (message) => message.type === "delta";
    lab.execute(1, update(DataType.counter, CLEAR), ONE);
    lab.execute(2, update(DataType.counter, count(1)), ONE);
    lab.release();
    lab.runFor(500);
    // The first node's total is gone; the second's had not been seen at its new dot, and stays as a whole.
    expect(lab.execute(3, get(DataType.counter), ALL)).toMatchObject({ value: 8n });
  });

  it("refuses to count beyond what numbers can tell", () => {
    const lab = new Lab({ eu: 1 });
    lab.execute(1, update(DataType.counter, count(Number.MAX_SAFE_INTEGER)), ALL);
    expect(lab.execute(1, update(DataType.counter, count(1)), ALL)).toMatchObject({ reason: "BAD_REQUEST" });
    expect(lab.execute(1, update(DataType.counter, count(-1)), ALL)).toMatchObject({ kind: "written" });
    expect(lab.execute(1, get(DataType.counter), ALL)).toMatchObject({
      value: BigInt(Number.MAX_SAFE_INTEGER) - 1n,
    });
  });

  it("is counted on anew by what comes after a clear in the same update", () => {
    const lab = new Lab({ eu: 2 });
    lab.execute(1, update(DataType.counter, count(5)), ALL);
    lab.execute(2, update(DataType.counter, CLEAR, count(3), count(4)), ALL);
    expect(lab.execute(1, get(DataType.counter), ALL)).toMatchObject({ value: 7n });
  });
});

describe("a flag", () => {
  it("is enabled when somebody enables it while another disables it", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, update(DataType.flag, { kind: "set-flag", isEnabled: true }), ALL);
    lab.holds = (message) => message.type === "delta";
    lab.execute(1, update(DataType.flag, { kind: "set-flag", isEnabled: false }), ONE);
    lab.execute(2, update(DataType.flag, { kind: "set-flag", isEnabled: true }), ONE);
    lab.release();
    lab.runFor(500);
    expect(lab.execute(3, get(DataType.flag), ALL)).toEqual({
      kind: "flag",
      isEnabled: true,
      expiresAtMs: 0,
    });
    lab.execute(3, update(DataType.flag, { kind: "set-flag", isEnabled: false }), ALL);
    expect(lab.execute(1, get(DataType.flag), ALL)).toEqual({
      kind: "flag",
      isEnabled: false,
      expiresAtMs: 0,
    });
  });
});

describe("a set", () => {
  it("has its members in order, in pages, and tells of one without the others", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, update(DataType.set, add("c", "a", "d"), add("b"), remove("d")), ALL);
    const first = lab.execute(2, list(DataType.set, [], 2), ALL);
    expect(membersOf(first)).toEqual(["a", "b"]);
    const token = first.kind === "page" ? first.upTo : undefined;
    const rest = lab.execute(3, list(DataType.set, [], 2, token), ALL);
    expect(membersOf(rest)).toEqual(["c"]);
    expect(rest).toMatchObject({ upTo: undefined });
    expect(lab.execute(2, get(DataType.set, bytes("b")), ALL)).toEqual({
      kind: "flag",
      isEnabled: true,
      expiresAtMs: 0,
    });
    expect(lab.execute(2, get(DataType.set, bytes("d")), ALL)).toEqual({
      kind: "flag",
      isEnabled: false,
      expiresAtMs: 0,
    });
  });

  it("keeps a member that is added while it is removed, or while all are", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, update(DataType.set, add("a", "b", "c")), ALL);
    lab.holds = (message) => message.type === "delta";
    lab.execute(1, update(DataType.set, remove("a")), ONE);
    lab.execute(2, update(DataType.set, add("a")), ONE);
    lab.execute(3, update(DataType.set, CLEAR, add("d")), ONE);
    lab.release();
    lab.runFor(500);
    for (const node of [1, 2, 3])
      expect(membersOf(lab.execute(node, list(DataType.set), ONE))).toEqual(["a", "d"]);
  });

  it("is cleared of thousands in steps, and of nothing else", () => {
    const lab = new Lab({ eu: 2 });
    for (let batch = 0; batch < 3; batch++) {
      const members = Array.from({ length: 900 }, (_, i) => `m${batch * 900 + i}`);
      lab.execute(1, update(DataType.set, add(...members)), ALL);
    }
    const other = { ...address(DataType.set), key: Buffer.from("k2") };
    lab.execute(1, { kind: "update", address: other, changes: [{ path: [], action: add("kept") }] }, ALL);
    const deleted = lab.execute(
      1,
      { kind: "delete", address: address(DataType.set), context: Buffer.alloc(0) },
      ALL,
    );
    expect(deleted).toMatchObject({ kind: "written", acksReceived: 2 });
    expect(membersOf(lab.execute(2, list(DataType.set), ONE))).toEqual([]);
    expect(membersOf(lab.execute(2, { ...list(DataType.set), address: other } as Operation, ONE))).toEqual([
      "kept",
    ]);
  });

  it("writes back what a replica lacks before a page shows it", () => {
    const lab = new Lab({ eu: 3 });
    lab.loses = (message, _from, to) => message.type === "delta" && to !== 2;
    lab.execute(1, update(DataType.set, add("a", "b")), { consistency: { level: "TWO" } });
    expect(membersOf(lab.execute(3, list(DataType.set), ALL))).toEqual(["a", "b"]);
    expect(membersOf(lab.execute(3, list(DataType.set), ONE))).toEqual(["a", "b"]);
  });
});

describe("a map", () => {
  it("has leaves of all types below paths, and clears a path with all below", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(
      1,
      updateMap(
        change("name", assign("Ada")),
        change("cart/apples", count(3)),
        change("cart/tags", add("x", "y")),
        change("open", { kind: "set-flag", isEnabled: true }),
      ),
      ALL,
    );
    const all = { "cart/apples": 3, "cart/tags/x": true, "cart/tags/y": true, name: "Ada", open: true };
    expect(leavesOf(lab.execute(2, list(DataType.map), ALL))).toEqual(all);
    expect(leavesOf(lab.execute(3, list(DataType.map, ["cart"]), ALL))).toEqual({
      "cart/apples": 3,
      "cart/tags/x": true,
      "cart/tags/y": true,
    });
    const name = mapElement({ path: bytes("name"), type: DataType.register, member: undefined });
    expect(lab.execute(3, get(DataType.map, name), ALL)).toMatchObject({
      values: [{ data: Buffer.from("Ada") }],
    });
    lab.execute(3, updateMap(change("cart", CLEAR), change("cart/pears", count(1))), ALL);
    expect(leavesOf(lab.execute(1, list(DataType.map), ALL))).toEqual({
      "cart/pears": 1,
      name: "Ada",
      open: true,
    });
  });

  it("keeps what is changed inside while it is cleared", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, updateMap(change("a/x", assign("old")), change("a/y", assign("old"))), ALL);
    lab.holds = (message) => message.type === "delta";
    lab.execute(1, updateMap(change("a", CLEAR)), ONE);
    lab.execute(2, updateMap(change("a/y", assign("new"))), ONE);
    lab.release();
    lab.runFor(500);
    for (const node of [1, 2, 3])
      expect(leavesOf(lab.execute(node, list(DataType.map), ONE))).toEqual({ "a/y": "new" });
  });

  it("shows the later of two values that were put at once, and removes both", () => {
    const lab = new Lab({ eu: 3 });
    lab.holds = (message) => message.type === "delta";
    lab.execute(1, updateMap(change("a", assign("first"))), ONE);
    lab.runFor(5);
    lab.execute(2, updateMap(change("a", assign("second"))), ONE);
    lab.release();
    lab.runFor(500);
    expect(leavesOf(lab.execute(3, list(DataType.map), ONE))).toEqual({ a: "second" });
    lab.execute(3, updateMap(change("a", CLEAR)), ALL);
    for (const node of [1, 2, 3]) expect(leavesOf(lab.execute(node, list(DataType.map), ONE))).toEqual({});
  });
});

describe("an update", () => {
  const id = "00112233445566778899aabbccddeeff";

  it("is applied once, whoever is asked again", () => {
    const lab = new Lab({ eu: 3 });
    const operation = updateMap(change("a", count(2)), change("b", count(3)));
    lab.execute(1, operation, { ...ALL, requestId: id });
    for (const node of [1, 2, 3])
      expect(lab.execute(node, operation, { ...ALL, requestId: id, isRetry: true })).toMatchObject({
        kind: "written",
      });
    expect(leavesOf(lab.execute(2, list(DataType.map), ALL))).toEqual({ a: 2, b: 3 });
  });

  it("is applied once, also when it is repeated in another region", () => {
    const lab = new Lab({ eu: 2, us: 2 });
    const operation = update(DataType.counter, count(2));
    // The other region has not heard of it when it is asked.
    lab.holds = (message) => message.type === "delta";
    lab.execute(1, operation, { ...ONE, requestId: id });
    const again = lab.begin(3, operation, { ...ONE, requestId: id, isRetry: true });
    lab.runFor(100);
    lab.release();
    lab.runFor(500);
    expect(again.outcome).toMatchObject({ kind: "written" });
    expect(lab.execute(4, get(DataType.counter), ALL)).toMatchObject({ value: 2n });
  });

  it("is not applied again while somebody who may have applied it cannot be asked", () => {
    const lab = new Lab({ eu: 2, us: 2 });
    const operation = update(DataType.counter, count(2));
    lab.loses = (_message, from, to) => from === 1 || to === 1;
    lab.execute(1, operation, { ...ONE, requestId: id });
    expect(lab.execute(3, operation, { ...ONE, requestId: id, isRetry: true, timeoutMs: 300 })).toMatchObject(
      { kind: "failed", reason: "MAYBE_APPLIED" },
    );
    expect(lab.execute(3, get(DataType.counter), ONE)).toMatchObject({ value: 0n });
  });

  it("is not taken for applied by who has a part of it", () => {
    const lab = new Lab({ eu: 3 });
    let deltas = 0;
    lab.loses = (message) => message.type === "delta" && ++deltas > 2;
    const operation = updateMap(change("a", count(2)), change("b", count(3)));
    lab.execute(1, operation, { ...ONE, requestId: id });
    expect(lab.execute(2, operation, { ...ALL, requestId: id, isRetry: true, timeoutMs: 500 })).toMatchObject(
      {
        kind: "failed",
      },
    );
    for (const { replica } of lab.nodes)
      expect(replica.durableClock.dotsBeyond(replica.floor)).toBeLessThan(3);
  });

  it.each([
    ["of another type", update(DataType.counter, add("a"))],
    [
      "with a path outside a map",
      { ...updateMap(change("a", count(1))), address: address(DataType.counter) } as Operation,
    ],
    ["without a path in a map", update(DataType.map, count(1))],
    ["of a register", update(DataType.register, CLEAR)],
  ])("%s is refused, and nothing of it is done", (_what, operation) => {
    const lab = new Lab({ eu: 1 });
    expect(lab.execute(1, operation, ALL)).toMatchObject({ kind: "failed", reason: "BAD_REQUEST" });
    expect(lab.node(1).replica.clock.size).toBe(0);
  });
});
