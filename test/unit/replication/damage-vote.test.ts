/** Who is right, where each replica knows of every write that the others know of. */
import { describe, expect, it } from "vitest";
import { encodeRowKey } from "../../../src/codec/index.js";
import { ABSENT_ROW, DataType } from "../../../src/crdt/index.js";
import { DamageVotes } from "../../../src/replication/damage-vote.js";
import { putOf } from "../../../src/simulator/index.js";
import { Lab } from "./lab.js";

const ROW = encodeRowKey(DataType.multi, "b", Buffer.from("k"));
const ALL = { consistency: { level: "ALL" } } as const;

/** Nodes that hold one row, but for those that lost it without knowing. */
function labWith(nodes: number, lost: readonly number[]): Lab {
  const lab = new Lab({ eu: nodes });
  expect(lab.execute(1, putOf("k", "v", "multi"), ALL)).toMatchObject({ kind: "written" });
  for (const number of lost) {
    const { rows } = lab.node(number).replica;
    rows.write(ROW, rows.readPending(ROW), ABSENT_ROW);
  }
  lab.runFor(100);
  return lab;
}

function values(lab: Lab, number: number): string[] {
  return lab
    .node(number)
    .replica.rows.readPending(ROW)
    .live.map(({ payload }) => payload.data.toString());
}

/** Lets a node vote on its row, which a peer shows otherwise; undefined while the vote is not over. */
function vote(lab: Lab, number: number, peer: number, forMs = 1_000): boolean | undefined {
  const { environment, replica } = lab.node(number);
  let restored: boolean | undefined;
  new DamageVotes(environment).hold({
    replica,
    rowKey: ROW,
    peer,
    theirs: lab.node(peer).replica.rows.readDurable(ROW).live,
    done: (isRestored) => {
      restored = isRestored;
    },
  });
  lab.runFor(forMs);
  return restored;
}

describe("a vote on a row that is damaged somewhere", () => {
  it("replaces the row of the minority, and no other", () => {
    const lab = labWith(3, [1]);
    expect(vote(lab, 2, 1)).toBe(false);
    expect(values(lab, 1)).toEqual([]);
    expect(vote(lab, 1, 2)).toBe(true);
    expect([1, 2, 3].map((number) => values(lab, number))).toEqual([["v"], ["v"], ["v"]]);
    expect(lab.node(1).environment.counters.get("rows_repaired")).toBe(1);
  });

  it("believes the majority that there is nothing, too", () => {
    const lab = labWith(3, [1, 2]);
    expect(vote(lab, 3, 1)).toBe(true);
    expect(values(lab, 3)).toEqual([]);
  });

  it("keeps the data where there is no majority of all replicas", () => {
    const tie = labWith(2, [1]);
    expect([vote(tie, 2, 1), vote(tie, 1, 2)]).toEqual([false, true]);
    expect(values(tie, 1)).toEqual(["v"]);
    const few = labWith(5, [1, 2]);
    for (const number of [4, 5]) few.dead.add(number);
    expect([vote(few, 3, 1), vote(few, 1, 3)]).toEqual([false, true]);
    expect(values(few, 3)).toEqual(["v"]);
  });

  it("is not held among a minority that has not heard all who are there", () => {
    const lab = labWith(5, [1, 2]);
    lab.loses = (message, from) => message.type === "read-reply" && from >= 3;
    expect(vote(lab, 3, 1, 20_000)).toBe(false);
    expect(vote(lab, 1, 3, 20_000)).toBe(false);
    expect(values(lab, 1)).toEqual([]);
  });

  it("does not count who knows of a write to the row that we do not know of, nor the other way round", () => {
    // The third replica alone has a write, or the voter has one that the third does not have.
    for (const [writer, expected] of [
      [3, ["v"]],
      [2, ["v", "later"]],
    ] as const) {
      const lab = labWith(3, [1]);
      lab.loses = (message, _from, to) => message.type === "delta" && (writer === 3 || to === 3);
      lab.begin(writer, putOf("k", "later", "multi"));
      lab.runFor(100);
      expect(vote(lab, 2, 1)).toBe(false);
      expect(values(lab, 2)).toEqual(expected);
    }
  });

  it("counts who has closed a member of which we have yet to hear that it is", () => {
    const lab = labWith(3, [1, 2]);
    lab.node(2).replica.close(9, 4);
    lab.runFor(100);
    expect(vote(lab, 1, 3)).toBe(false);
    expect(values(lab, 1)).toEqual([]);
  });

  it("does nothing to a row that was written meanwhile", () => {
    const lab = labWith(3, [1]);
    lab.holds = (message) => message.type === "read-reply";
    const { environment, replica } = lab.node(1);
    let restored: boolean | undefined;
    new DamageVotes(environment).hold({
      replica,
      rowKey: ROW,
      peer: 2,
      theirs: lab.node(2).replica.rows.readDurable(ROW).live,
      done: (isRestored) => {
        restored = isRestored;
      },
    });
    lab.begin(1, putOf("k", "new", "multi"));
    lab.runFor(100);
    lab.release();
    lab.runFor(100);
    expect(restored).toBe(false);
    expect(values(lab, 1)).toEqual(["new"]);
  });
});
