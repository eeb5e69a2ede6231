/** A row that a peer shows otherwise: what is lag, what is damage, and what is a write under way. */
import { describe, expect, it } from "vitest";
import { actorOf, Context } from "../../../src/causality/index.js";
import { encodeRowKey } from "../../../src/codec/index.js";
import { ABSENT_ROW, DataType } from "../../../src/crdt/index.js";
import { AuditRows } from "../../../src/replication/audit-rows.js";
import { DamageVotes } from "../../../src/replication/index.js";
import { deleteOf, putOf } from "../../../src/simulator/index.js";
import { Lab } from "./lab.js";

const ROW = encodeRowKey(DataType.multi, "b", Buffer.from("k"));
const ALL = { consistency: { level: "ALL" } } as const;
/** No row here fails its checksum. */
const NO_HEALING = { heal: () => undefined };

function filled(): Lab {
  const lab = new Lab({ eu: 3 });
  expect(lab.execute(1, putOf("k", "v", "multi"), ALL)).toMatchObject({ kind: "written" });
  lab.runFor(100);
  return lab;
}

/** It lost its row, and never noticed. */
function lose(lab: Lab, number: number, ahead = ABSENT_ROW.ahead): void {
  const { rows } = lab.node(number).replica;
  rows.write(ROW, rows.readPending(ROW), { ...ABSENT_ROW, ahead });
  lab.runFor(100);
}

/** Lets node 1 make its row good by node 2's. */
function makeGood(lab: Lab): boolean | undefined {
  const { environment, replica } = lab.node(1);
  const { rows, durableClock } = lab.node(2).replica;
  const { live, ahead } = rows.readDurable(ROW);
  let isRepaired: boolean | undefined;
  new AuditRows(environment, NO_HEALING, new DamageVotes(environment)).makeGood(
    replica,
    { peer: 2, clock: durableClock.copy(), row: { rowKey: ROW, live, ahead } },
    (outcome) => {
      isRepaired = outcome;
    },
  );
  lab.runFor(1_000);
  return isRepaired;
}

function values(lab: Lab, number: number): string[] {
  return lab
    .node(number)
    .replica.rows.readPending(ROW)
    .live.map(({ payload }) => payload.data.toString());
}

describe("a row that a peer shows otherwise", () => {
  it("is put back when we lost it under equal clocks", () => {
    const lab = filled();
    lose(lab, 1);
    expect(makeGood(lab)).toBe(true);
    expect(values(lab, 1)).toEqual(["v"]);
  });

  it("is left alone when a delete of ours is on its way to the peer", () => {
    const lab = filled();
    lab.loses = (message) => message.type === "delta";
    lab.begin(1, deleteOf("k", "multi"));
    lab.runFor(100);
    expect(values(lab, 1)).toEqual([]);
    expect(makeGood(lab)).toBe(false);
    expect(values(lab, 1)).toEqual([]);
  });

  it("is not taken for removed because the peer that lost it names a closed member", () => {
    for (const isKnownHere of [true, false]) {
      const lab = filled();
      const ahead = new Context();
      ahead.vector.close(9, 4);
      if (isKnownHere) lab.node(1).replica.close(9, 4);
      lose(lab, 2, ahead);
      expect(makeGood(lab)).toBe(false);
      expect(values(lab, 1)).toEqual(["v"]);
    }
  });

  it("is not taken for removed where it is ours that knows more", () => {
    const lab = filled();
    lab
      .node(1)
      .replica.join(ROW, { live: [], context: Context.ofDots([{ actor: actorOf(3, 7), counter: 9 }]) });
    lose(lab, 2);
    expect(makeGood(lab)).toBe(false);
    expect(values(lab, 1)).toEqual(["v"]);
  });

  it("joins what the peer knows beyond its clock", () => {
    const lab = filled();
    const [dot] = lab.node(1).replica.rows.readPending(ROW).live;
    if (dot === undefined) throw new Error("unreachable");
    // The peer has heard of a later write to the row, which replaced it, but not of those between.
    const later = {
      ...dot,
      counter: dot.counter + 5,
      payload: { ...dot.payload, data: Buffer.from("later") },
    };
    const context = Context.ofDots([dot, later]);
    lab.node(2).replica.join(ROW, { live: [later], context });
    lab.runFor(100);
    expect(values(lab, 2)).toEqual(["later"]);
    expect(makeGood(lab)).toBe(true);
    expect(values(lab, 1)).toEqual(["later"]);
  });
});
