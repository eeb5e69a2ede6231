/** Reads of rows that one replica has lost in silence: its record is gone, or an older one is back, and its clock is whole. */
import { describe, expect, it } from "vitest";
import { Context } from "../../../src/causality/index.js";
import { encodeRowKey, type RowKey } from "../../../src/codec/index.js";
import { ABSENT_ROW, DataType, type LiveDot, type Row } from "../../../src/crdt/index.js";
import type { Operation, Outcome } from "../../../src/replication/index.js";
import { deleteOf, getOf, putOf } from "../../../src/simulator/index.js";
import { Lab } from "./lab.js";

const ONE = { consistency: { level: "ONE" } } as const;
const QUORUM = { consistency: { level: "QUORUM" } } as const;
const ALL = { consistency: { level: "ALL" } } as const;

type Kind = "register" | "multi";

function rowKey(key: string, type: Kind): RowKey {
  return encodeRowKey(DataType[type], "b", Buffer.from(key));
}

function held(lab: Lab, number: number, key: string, type: Kind): string[] {
  const { live } = lab.node(number).replica.rows.readDurable(rowKey(key, type));
  return live.map(({ payload }) => payload.data.toString()).sort();
}

function replaceBy(lab: Lab, number: number, key: string, type: Kind, row: Row): void {
  const { rows } = lab.node(number).replica;
  rows.write(rowKey(key, type), rows.readPending(rowKey(key, type)), row);
  lab.runFor(100);
}

function lose(lab: Lab, number: number, key: string, type: Kind): void {
  replaceBy(lab, number, key, type, ABSENT_ROW);
}

function rowOf(lab: Lab, number: number, key: string, type: Kind): readonly LiveDot[] {
  return lab.node(number).replica.rows.readDurable(rowKey(key, type)).live;
}

function valuesOf(outcome: Outcome): string[] {
  if (outcome.kind === "read") return outcome.values.map(({ data }) => data.toString()).sort();
  throw new Error(outcome.kind === "failed" ? outcome.message : outcome.kind);
}

function only(lab: Lab, ...numbers: number[]): void {
  lab.dead.clear();
  for (const { number } of lab.nodes) if (!numbers.includes(number)) lab.dead.add(number);
}

describe("a read that meets a silent loss", () => {
  for (const type of ["register", "multi"] as const)
    for (const [by, loser] of [
      [1, 1],
      [1, 2],
      [3, 2],
    ] as const)
      it(`answers what the other shows, and nobody parts with it: a ${type} lost by ${loser}, read by ${by}`, () => {
        const lab = new Lab({ eu: 3 });
        lab.execute(1, putOf("k", "v", type), ALL);
        lose(lab, loser, "k", type);
        only(lab, 1, 2, 3);
        for (const pair of [
          [by, loser],
          [1, 2],
          [2, 3],
          [1, 3],
        ]) {
          if (!pair.includes(by) || by === loser) pair.push(by, 3);
          only(lab, ...pair);
          expect(valuesOf(lab.execute(by, getOf("k", type), QUORUM))).toEqual(["v"]);
        }
        lab.runFor(100);
        for (const { number } of lab.nodes)
          if (number !== loser) expect(held(lab, number, "k", type)).toEqual(["v"]);
      });

  it("puts our own row to the vote, which the others win", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "v"), ALL);
    lose(lab, 1, "k", "register");
    expect(valuesOf(lab.execute(1, getOf("k"), QUORUM))).toEqual(["v"]);
    lab.runFor(1_000);
    expect(held(lab, 1, "k", "register")).toEqual(["v"]);
    expect(lab.node(1).environment.counters.get("rows_outvoted")).toBe(1);
  });

  it("keeps both where an older record is back, and shows the later write", () => {
    const lab = new Lab({ eu: 2, us: 1 });
    lab.execute(1, putOf("k", "old"), ALL);
    const old = rowOf(lab, 2, "k", "register");
    lab.execute(1, putOf("k", "new"), ALL);
    replaceBy(lab, 2, "k", "register", { ...ABSENT_ROW, live: old });
    for (const by of [1, 2]) expect(valuesOf(lab.execute(by, getOf("k"), ALL))).toEqual(["new"]);
    for (const number of [1, 3]) expect(held(lab, number, "k", "register")).toEqual(["new"]);
  });

  it("hands on what the loser does not know yet, and takes nothing from who has all", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "a", "multi"), ALL);
    lab.loses = (message) => message.type === "delta";
    lab.execute(1, putOf("k", "b", "multi"), ONE);
    lose(lab, 2, "k", "multi");
    only(lab, 1, 2);
    expect(valuesOf(lab.execute(2, getOf("k", "multi"), QUORUM))).toEqual(["a", "b"]);
    expect(held(lab, 1, "k", "multi")).toEqual(["a", "b"]);
    expect(held(lab, 2, "k", "multi")).toContain("b");
  });

  it("still takes a removal for one where somebody knows of it", () => {
    for (const type of ["register", "multi"] as const) {
      const lab = new Lab({ eu: 3 });
      lab.execute(1, putOf("k", "v", type), ALL);
      lab.loses = (message) => message.type === "delta";
      lab.execute(1, deleteOf("k", type), ONE);
      only(lab, 1, 2);
      for (const by of [1, 2]) expect(valuesOf(lab.execute(by, getOf("k", type), QUORUM))).toEqual([]);
      only(lab, 2, 3);
      expect(valuesOf(lab.execute(3, getOf("k", type), QUORUM))).toEqual([]);
    }
  });

  it("writes nothing back that would make the loss look like knowledge", () => {
    for (const by of [1, 2, 3]) {
      const lab = new Lab({ eu: 3 });
      lab.execute(1, putOf("k", "v", "multi"), ALL);
      lose(lab, 2, "k", "multi");
      // Who is closed is not known everywhere at once, and nothing of a row.
      lab.node(1).replica.close(9, 4);
      only(lab, ...new Set([1, 2, by]));
      expect(valuesOf(lab.execute(by, getOf("k", "multi"), by === 3 ? ALL : QUORUM))).toEqual(["v"]);
      lab.runFor(100);
      expect(lab.node(2).replica.rows.readDurable(rowKey("k", "multi")).ahead.isEmpty).toBe(true);
      for (const number of [1, 3]) expect(held(lab, number, "k", "multi")).toEqual(["v"]);
    }
  });

  it("does not take for a removal that somebody with the loss heard of a closed member first", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "v", "multi"), ALL);
    const context = new Context();
    context.vector.close(9, 4);
    replaceBy(lab, 2, "k", "multi", { ...ABSENT_ROW, ahead: context });
    only(lab, 1, 2);
    for (const by of [1, 2]) expect(valuesOf(lab.execute(by, getOf("k", "multi"), QUORUM))).toEqual(["v"]);
    expect(held(lab, 1, "k", "multi")).toEqual(["v"]);
  });

  it("is not misled by writes to other rows", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "v"), ALL);
    lose(lab, 2, "k", "register");
    lab.loses = (message) => message.type === "delta";
    for (const by of [1, 2, 3]) lab.execute(by, putOf(`other-${by}`, "x"), ONE);
    only(lab, 1, 2);
    for (const by of [1, 2]) expect(valuesOf(lab.execute(by, getOf("k"), QUORUM))).toEqual(["v"]);
    expect(held(lab, 1, "k", "register")).toEqual(["v"]);
  });
});

describe("a range read that meets a silent loss", () => {
  const range: Operation = {
    kind: "range",
    partition: 0,
    range: { from: "" as RowKey, to: "\xff" as RowKey, isReverse: false },
    limit: 100,
    isKeysOnly: false,
  };

  it.each([1, 2])("shows the row, and nobody parts with it: coordinated by %i", (by) => {
    const lab = new Lab({ eu: 3 });
    for (const key of ["a", "k", "z"]) lab.execute(1, putOf(key, key), ALL);
    lose(lab, 2, "k", "register");
    only(lab, 1, 2);
    const outcome = lab.execute(by, range, QUORUM);
    if (outcome.kind !== "page") throw new Error(outcome.kind);
    expect(outcome.rows.map((row) => row.rowKey)).toEqual(
      ["a", "k", "z"].map((key) => rowKey(key, "register")),
    );
    for (const number of [1, 3]) expect(held(lab, number, "k", "register")).toEqual(["k"]);
  });
});
