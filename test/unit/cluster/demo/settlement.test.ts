import { describe, expect, it } from "vitest";
import type { AcceptedWrite } from "../../../../cluster/demo/conflict-writes.js";
import { settleMultis, settleRegisters } from "../../../../cluster/demo/settlement.js";

const write = (key: string, region: string, hlc: bigint): AcceptedWrite => ({ key, region, hlc });

/** The same view in every region, but for what is said otherwise. */
function views<View>(all: Record<string, View>, except: Record<string, Record<string, View>> = {}) {
  return new Map(
    ["a", "b", "c"].map((region) => [region, new Map(Object.entries({ ...all, ...except[region] }))]),
  );
}

describe("registers", () => {
  const accepted = [write("k", "a", 1n), write("k", "c", 2n), write("l", "b", 4n), write("l", "c", 3n)];

  it("settle on the last write, and discard the others", () => {
    expect(settleRegisters(accepted, views({ k: "c", l: "b" }))).toEqual({
      keys: 2,
      agreed: 2,
      lastWon: 2,
      winners: { c: 1, b: 1 },
      accepted: 4,
      discarded: 2,
    });
  });

  it("are told apart when regions differ", () => {
    const settled = settleRegisters(accepted, views({ k: "c", l: "b" }, { b: { k: "a" } }));
    expect(settled).toMatchObject({ agreed: 1, lastWon: 1, discarded: 1, winners: { b: 1 } });
  });

  it("are told apart when an older write wins", () => {
    expect(settleRegisters(accepted, views({ k: "a", l: "b" }))).toMatchObject({ agreed: 2, lastWon: 1 });
  });

  it("are told apart when no write is left, or one that was never accepted", () => {
    expect(settleRegisters(accepted, views({ l: "b" }))).toMatchObject({ agreed: 1, discarded: 3 });
    expect(settleRegisters(accepted, views({ k: "b", l: "b" }))).toMatchObject({ lastWon: 1, discarded: 3 });
  });

  it("may have been written at one moment: then either may win", () => {
    const tied = [write("k", "a", 5n), write("k", "c", 5n)];
    for (const winner of ["a", "c"]) {
      expect(settleRegisters(tied, views({ k: winner }))).toMatchObject({ agreed: 1, lastWon: 1 });
    }
  });
});

describe("multis", () => {
  const accepted = [write("k", "a", 1n), write("k", "c", 2n)];
  const textOf = ({ region }: AcceptedWrite) => `from ${region}`;

  it("keep the writes of both sides", () => {
    const settled = settleMultis(accepted, views({ k: ["from a", "from c"] }), textOf);
    expect(settled).toEqual({ keys: 1, accepted: 2, kept: 2, stale: 0 });
  });

  it("lose what a single region does not show", () => {
    const seen = views({ k: ["from a", "from c"] }, { c: { k: ["from c"] } });
    expect(settleMultis(accepted, seen, textOf)).toMatchObject({ kept: 1, stale: 0 });
  });

  it("are told apart when what was replaced comes back", () => {
    const seen = views({ k: ["from a", "from c"] }, { b: { k: ["from a", "from c", "first"] } });
    expect(settleMultis(accepted, seen, textOf)).toMatchObject({ kept: 2, stale: 1 });
  });
});
