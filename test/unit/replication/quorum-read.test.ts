import { describe, expect, it } from "vitest";
import { decodeRowKey, encodeRowKey } from "../../../src/codec/index.js";
import { DataType, rowState } from "../../../src/crdt/index.js";
import { newDoubt } from "../../../src/replica/index.js";
import type { Operation, Outcome } from "../../../src/replication/index.js";
import { deleteOf, getOf, putOf, type Typed } from "../../../src/simulator/index.js";
import { Lab } from "./lab.js";

const ONE = { consistency: { level: "ONE" } } as const;
const QUORUM = { consistency: { level: "QUORUM" } } as const;

function valuesOf(outcome: Outcome): string[] | string {
  if (outcome.kind === "failed") return `${outcome.reason} ${JSON.stringify(outcome.metadata)}`;
  return outcome.kind === "read" ? outcome.values.map(({ data }) => data.toString()).sort() : outcome.kind;
}

const SET = { type: DataType.set, bucket: "b", key: Buffer.from("s") };
const ADD: Operation = {
  kind: "update",
  address: SET,
  changes: [{ path: [], action: { kind: "add-members", members: [Buffer.from("a")] } }],
};
const PAGE: Operation = { kind: "list", address: SET, path: [], after: undefined, limit: 100 };

function membersIn(outcome: Outcome): string[] | string {
  if (outcome.kind === "failed") return `${outcome.reason} ${JSON.stringify(outcome.metadata)}`;
  if (outcome.kind !== "page") return outcome.kind;
  return outcome.rows.flatMap(({ rowKey: row }) => decodeRowKey(row).element.map(String));
}

function contextOf(outcome: Outcome): Buffer {
  if (outcome.kind === "failed") throw new Error(outcome.message);
  return "context" in outcome ? outcome.context : Buffer.alloc(0);
}

/** What one replica holds durably, whoever votes. */
function heldBy(lab: Lab, number: number, key: string, type: Typed): string[] {
  const row = lab.node(number).replica.rows.readDurable(rowKey(key, type));
  return row.live.map(({ payload }) => payload.data.toString()).sort();
}

function rowKey(key: string, type: Typed): ReturnType<typeof encodeRowKey> {
  return encodeRowKey(DataType[type], "b", Buffer.from(key));
}

/** Everyone but these is believed to be dead. */
function onlyAlive(lab: Lab, ...numbers: number[]): void {
  lab.dead.clear();
  for (const { number } of lab.nodes) if (!numbers.includes(number)) lab.dead.add(number);
}

/** Deltas reach nobody but these. */
function deltasReach(lab: Lab, ...numbers: number[]): void {
  lab.loses = (message, _from, to) => message.type === "delta" && !numbers.includes(to);
}

function counted(lab: Lab, name: string): number {
  return lab.nodes.reduce((sum, { environment }) => sum + (environment.counters.snapshot()[name] ?? 0), 0);
}

describe("a quorum read", () => {
  it("is answered with that they show the same and repairs nothing where replicas agree", () => {
    const lab = new Lab({ eu: 3 });
    for (const type of ["register", "multi"] as const) {
      lab.execute(1, putOf("k", "v", type), { consistency: { level: "ALL" } });
      for (const number of [1, 2, 3])
        expect(valuesOf(lab.execute(number, getOf("k", type), QUORUM))).toEqual(["v"]);
    }
    expect(counted(lab, "read_repairs")).toBe(0);
    const replies = lab.nodes.flatMap(({ sent }) => sent.map(({ message }) => message));
    const bodies = replies.flatMap((message) => (message.type === "read-reply" ? [message.body.kind] : []));
    expect(new Set(bodies)).toEqual(new Set(["same"]));
  });

  it("answers the newer value of the two, and the other replica holds it when the answer comes", () => {
    for (const coordinator of [1, 2]) {
      const lab = new Lab({ eu: 3 });
      deltasReach(lab);
      lab.execute(1, putOf("k", "new"), ONE);
      onlyAlive(lab, 1, 2);
      expect(heldBy(lab, 2, "k", "register")).toEqual([]);
      expect(valuesOf(lab.execute(coordinator, getOf("k"), QUORUM))).toEqual(["new"]);
      expect(heldBy(lab, 2, "k", "register")).toEqual(["new"]);
      expect(counted(lab, "read_repairs")).toBe(1);
      // The second read finds nothing to repair.
      expect(valuesOf(lab.execute(coordinator, getOf("k"), QUORUM))).toEqual(["new"]);
      expect(counted(lab, "read_repairs")).toBe(1);
    }
  });

  it("joins siblings that each replica has alone, and both hold both when the answer comes", () => {
    const lab = new Lab({ eu: 3 });
    deltasReach(lab);
    lab.execute(1, putOf("k", "a", "multi"), ONE);
    lab.execute(2, putOf("k", "b", "multi"), ONE);
    onlyAlive(lab, 1, 2);
    expect(valuesOf(lab.execute(1, getOf("k", "multi"), QUORUM))).toEqual(["a", "b"]);
    expect(heldBy(lab, 1, "k", "multi")).toEqual(["a", "b"]);
    expect(heldBy(lab, 2, "k", "multi")).toEqual(["a", "b"]);
  });

  it.each([1, 3])("writes back what it knows removed, though both see nothing: coordinated by %i", (by) => {
    const lab = new Lab({ eu: 3 });
    deltasReach(lab, 2);
    lab.execute(1, putOf("k", "x", "multi"), { consistency: { replicas: 2 } });
    deltasReach(lab);
    lab.execute(1, deleteOf("k", "multi"), ONE);
    expect(heldBy(lab, 2, "k", "multi")).toEqual(["x"]);
    onlyAlive(lab, 1, 3);
    expect(valuesOf(lab.execute(by, getOf("k", "multi"), QUORUM))).toEqual([]);
    onlyAlive(lab, 2, 3);
    expect(valuesOf(lab.execute(2, getOf("k", "multi"), QUORUM))).toEqual([]);
  });

  it("writes back what it knows removed from a row that ran ahead of its clock", () => {
    const lab = new Lab({ eu: 5 });
    deltasReach(lab, 2);
    lab.execute(1, putOf("k", "x", "multi"), { consistency: { replicas: 2 } });
    deltasReach(lab);
    lab.execute(1, deleteOf("k", "multi"), ONE);
    // A page of a catch-up that 3 never finished.
    const { replica } = lab.node(1);
    const state = rowState(replica.rows.readDurable(rowKey("k", "multi")), replica.durableClock);
    lab.node(3).replica.join(rowKey("k", "multi"), state);
    lab.runFor(100);
    onlyAlive(lab, 3, 4, 5);
    expect(valuesOf(lab.execute(3, getOf("k", "multi"), QUORUM))).toEqual([]);
    onlyAlive(lab, 2, 4, 5);
    expect(valuesOf(lab.execute(4, getOf("k", "multi"), QUORUM))).toEqual([]);
  });

  it("does not take the dots of other rows for a difference", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "v", "multi"), { consistency: { level: "ALL" } });
    deltasReach(lab);
    for (let i = 0; i < 200; i++) lab.execute(1, putOf(`other-${i}`, "v", "multi"), ONE);
    onlyAlive(lab, 1, 2);
    for (const number of [1, 2])
      expect(valuesOf(lab.execute(number, getOf("k", "multi"), QUORUM))).toEqual(["v"]);
    expect(counted(lab, "read_repairs")).toBe(0);
  });

  it("hands out a context that a put can replace all that was read with", () => {
    const lab = new Lab({ eu: 3 });
    deltasReach(lab);
    lab.execute(1, putOf("k", "a", "multi"), ONE);
    lab.execute(2, putOf("k", "b", "multi"), ONE);
    onlyAlive(lab, 1, 2);
    const read = lab.execute(1, getOf("k", "multi"), QUORUM);
    onlyAlive(lab, 1, 2, 3);
    lab.loses = () => false;
    lab.execute(3, putOf("k", "merged", "multi", contextOf(read)), QUORUM);
    lab.runFor(100);
    for (const number of [1, 2]) expect(heldBy(lab, number, "k", "multi")).toEqual(["merged"]);
  });
});

describe("a replica that does not answer a read", () => {
  it("is hedged when it is slow, and the read does not wait for it", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "v"), { consistency: { level: "ALL" } });
    lab.holds = (message, from) => message.type === "read-reply" && from === 2;
    const startedAtMs = lab.world.time.nowMs;
    expect(valuesOf(lab.execute(1, getOf("k"), QUORUM))).toEqual(["v"]);
    expect(lab.world.time.nowMs - startedAtMs).toBeLessThan(100);
    expect(counted(lab, "reads_hedged")).toBe(1);
  });

  it("is hedged when a page of a set is read, too", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, ADD, { consistency: { level: "ALL" } });
    lab.holds = (message, from) => message.type === "range-reply" && from === 2;
    const startedAtMs = lab.world.time.nowMs;
    expect(membersIn(lab.execute(1, PAGE, QUORUM))).toEqual(["a"]);
    expect(lab.world.time.nowMs - startedAtMs).toBeLessThan(100);
  });

  it("is hedged again while others are silent as well", () => {
    const lab = new Lab({ eu: 5 });
    for (const operation of [putOf("k", "v"), ADD])
      lab.execute(1, operation, { consistency: { level: "ALL" } });
    lab.holds = ({ type }, from) =>
      (type === "read-reply" || type === "range-reply") && (from === 2 || from === 3);
    expect(valuesOf(lab.execute(1, getOf("k"), QUORUM))).toEqual(["v"]);
    expect(membersIn(lab.execute(1, PAGE, QUORUM))).toEqual(["a"]);
  });

  it("is hedged while there is time, however slow it once was", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, ADD, { consistency: { level: "ALL" } });
    lab.holds = ({ type }) => type === "range-reply";
    const slow = lab.begin(1, PAGE, { ...QUORUM, timeoutMs: 5_000 });
    lab.runFor(2_000);
    lab.release();
    lab.runFor(20);
    expect(slow.outcome && membersIn(slow.outcome)).toEqual(["a"]);
    lab.holds = ({ type }, from) => type === "range-reply" && from === 2;
    expect(membersIn(lab.execute(1, PAGE, QUORUM))).toEqual(["a"]);
  });

  it("is made up for at once when its link goes down", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "v"), { consistency: { level: "ALL" } });
    lab.holds = (message, from) => message.type === "read-reply" && from === 2;
    const pending = lab.begin(1, getOf("k"), QUORUM);
    lab.runFor(2);
    lab.dead.add(2);
    lab.breakLink(1, 2);
    lab.runFor(20);
    expect(pending.outcome && valuesOf(pending.outcome)).toEqual(["v"]);
    expect(counted(lab, "reads_hedged")).toBe(0);
  });

  it("is made up for when it is in doubt, and never votes", () => {
    const lab = new Lab({ eu: 3 });
    deltasReach(lab, 3);
    lab.execute(1, putOf("k", "v"), QUORUM);
    lab.node(2).replica.setDoubt(newDoubt("regressed"));
    lab.runFor(50);
    expect(valuesOf(lab.execute(1, getOf("k"), QUORUM))).toEqual(["v"]);
    // Asked as the coordinator, it reads from the two others.
    expect(valuesOf(lab.execute(2, getOf("k"), QUORUM))).toEqual(["v"]);
    lab.dead.add(3);
    const expected = `QUORUM_UNAVAILABLE ${JSON.stringify({ required: "2", alive: "1" })}`;
    expect(valuesOf(lab.execute(1, getOf("k"), QUORUM))).toBe(expected);
    expect(valuesOf(lab.execute(2, getOf("k"), QUORUM))).toBe(expected);
  });

  it("costs the read its deadline when nobody can make up for it, and the answer counts who came", () => {
    const lab = new Lab({ eu: 3 });
    lab.holds = (message) => message.type === "read-reply";
    const outcome = lab.execute(1, getOf("k"), { ...QUORUM, timeoutMs: 400 });
    expect(valuesOf(outcome)).toBe(`QUORUM_TIMEOUT ${JSON.stringify({ required: "2", received: "1" })}`);
  });

  it("does not hold up a repair: another replica takes the join instead", () => {
    const lab = new Lab({ eu: 3 });
    deltasReach(lab);
    lab.execute(1, putOf("k", "new"), ONE);
    const losesDelta = lab.loses;
    lab.loses = (message, from, to) =>
      losesDelta(message, from, to) || (message.type === "repair-request" && to === 2);
    const startedAtMs = lab.world.time.nowMs;
    expect(valuesOf(lab.execute(1, getOf("k"), QUORUM))).toEqual(["new"]);
    expect(lab.world.time.nowMs - startedAtMs).toBeLessThan(200);
    expect(heldBy(lab, 3, "k", "register")).toEqual(["new"]);
  });

  it("changes nothing any more when it answers while the join is written back", () => {
    const lab = new Lab({ eu: 3 });
    deltasReach(lab);
    lab.execute(1, putOf("k", "new"), ONE);
    lab.loses = (message) => message.type === "delta" || message.type === "repair-request";
    lab.holds = (message, from) => message.type === "read-reply" && from === 2;
    const pending = lab.begin(1, getOf("k"), { ...QUORUM, timeoutMs: 400 });
    lab.runFor(200);
    lab.release();
    lab.runFor(150);
    expect(pending.outcome).toBeUndefined();
    lab.runFor(100);
    expect(pending.outcome).toMatchObject({ reason: "QUORUM_TIMEOUT" });
    expect(counted(lab, "read_repairs")).toBe(1);
  });

  it("costs a repair its deadline when nobody can take the join, and the answer counts who holds it", () => {
    const lab = new Lab({ eu: 3 });
    deltasReach(lab);
    lab.execute(1, putOf("k", "new"), ONE);
    lab.loses = (message) => message.type === "delta" || message.type === "repair-request";
    const outcome = lab.execute(1, getOf("k"), { ...QUORUM, timeoutMs: 400 });
    expect(valuesOf(outcome)).toBe(`QUORUM_TIMEOUT ${JSON.stringify({ required: "2", received: "1" })}`);
  });
});

describe("a damaged row", () => {
  const isRow = (key: Buffer): boolean => key[0] === "r".charCodeAt(0);

  it.each([1, 2])("is never served, and is whole again after a read: coordinated by %i", (by) => {
    const lab = new Lab({ eu: 3 });
    for (const value of ["old", "v"]) lab.execute(1, putOf("k", value), { consistency: { level: "ALL" } });
    expect(lab.node(2).host.disk.flipBit(isRow)).toBeDefined();
    expect(valuesOf(lab.execute(by, getOf("k"), QUORUM))).toEqual(["v"]);
    lab.runFor(100);
    expect(counted(lab, "rows_damaged")).toBe(1);
    expect(heldBy(lab, 2, "k", "register")).toEqual(["v"]);
    onlyAlive(lab, 2);
    expect(valuesOf(lab.execute(2, getOf("k"), { consistency: { level: "LOCAL_ONE" } }))).toEqual(["v"]);
  });

  it("refuses writes here until it is whole, and says that another node takes them", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "v"), { consistency: { level: "ALL" } });
    lab.node(2).host.disk.flipBit(isRow);
    expect(valuesOf(lab.execute(2, putOf("k", "w"), QUORUM))).toMatch(/^ROW_DAMAGED/);
    expect(valuesOf(lab.execute(1, getOf("k"), QUORUM))).toEqual(["v"]);
    lab.runFor(100);
    expect(lab.execute(2, putOf("k", "w"), QUORUM).kind).toBe("written");
  });

  it("says so when no undamaged one is left", () => {
    const lab = new Lab({ eu: 1 });
    lab.execute(1, putOf("k", "v"), ONE);
    lab.node(1).host.disk.flipBit(isRow);
    expect(valuesOf(lab.execute(1, getOf("k"), ONE))).toMatch(/^ROW_DAMAGED/);
  });

  it("does not heal from a replica that knows less than it did", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "v"), { consistency: { level: "ALL" } });
    deltasReach(lab, 2);
    lab.execute(1, putOf("k", "w"), QUORUM);
    lab.node(2).host.disk.flipBit(isRow);
    onlyAlive(lab, 2, 3);
    expect(valuesOf(lab.execute(2, getOf("k"), ONE))).toEqual(["v"]);
    onlyAlive(lab, 2);
    expect(valuesOf(lab.execute(2, getOf("k"), ONE))).toMatch(/^ROW_DAMAGED/);
    onlyAlive(lab, 1, 2);
    expect(valuesOf(lab.execute(2, getOf("k"), ONE))).toEqual(["w"]);
    lab.runFor(50);
    onlyAlive(lab, 2);
    expect(valuesOf(lab.execute(2, getOf("k"), ONE))).toEqual(["w"]);
  });
});
