/** Every check of the demo has to be able to fail: each is given measures in which one thing is wrong. */
import { describe, expect, it } from "vitest";
import { type Check, countCheck } from "../../../../cluster/demo/check.js";
import { type CutMeasures, checkCut } from "../../../../cluster/demo/cut-phase.js";
import { checkHeal, type HealMeasures } from "../../../../cluster/demo/heal-phase.js";
import { checkImport, type ImportMeasures } from "../../../../cluster/demo/import-phase.js";

const failing = (checks: readonly Check[]) => checks.filter((check) => !check.ok).map((check) => check.name);

it("something has to be there to be counted", () => {
  expect(countCheck("x", 3, 3)).toEqual({ name: "x", ok: true, detail: "3 of 3" });
  expect(countCheck("x", 2, 3, "because").detail).toBe("2 of 3: because");
  expect(failing([countCheck("less", 2, 3), countCheck("more", 4, 3), countCheck("none", 0, 0)])).toEqual([
    "less",
    "more",
    "none",
  ]);
});

describe("the import", () => {
  const reader = { region: "b", reads: 12, hits: 10, wrong: 0, lastFoundAfterMs: 5 };
  const good: ImportMeasures = {
    region: "a",
    places: 10,
    accepted: 10,
    firstError: null,
    elapsedMs: 1,
    readers: [reader],
  };

  it.each<[string, Partial<ImportMeasures>, string[]]>([
    ["all is well", {}, []],
    ["a place was refused", { accepted: 9, firstError: "no" }, ["every place was accepted"]],
    ["a place never arrived", { readers: [{ ...reader, hits: 9 }] }, ["every place reads the same in b"]],
    ["a place changed", { readers: [{ ...reader, wrong: 1 }] }, ["every place reads the same in b"]],
  ])("%s", (_what, wrong, names) => {
    expect(failing(checkImport({ ...good, ...wrong }))).toEqual(names);
  });
});

describe("the cut", () => {
  const latencies = { p50Ms: 1, p99Ms: 2 };
  const writes = { region: "a", attempted: 3, accepted: 3, firstError: null, latencies };
  const view = { region: "a", keys: 3, ownSide: 3, otherSide: 0 };
  const good: CutMeasures = {
    cutOff: "c",
    others: ["a"],
    elapsedMs: 1,
    writes: [writes],
    views: [view],
    waiting: { forCutOff: 1, forOthers: 1 },
  };
  const saw = "a saw its own side's writes and none of the other's";

  it.each<[string, Partial<CutMeasures>, string[]]>([
    ["all is well", {}, []],
    [
      "a write was refused",
      { writes: [{ ...writes, accepted: 2, firstError: "no" }] },
      ["a accepted every write during the cut"],
    ],
    ["a write is not seen", { views: [{ ...view, ownSide: 2 }] }, [saw]],
    ["the cut leaks", { views: [{ ...view, ownSide: 2, otherSide: 1 }] }, [saw]],
  ])("%s", (_what, wrong, names) => {
    expect(failing(checkCut({ ...good, ...wrong }))).toEqual(names);
  });
});

describe("the heal", () => {
  const convergence = { elapsedMs: 1, nodes: 9, digests: 1, rows: { least: 5, most: 5 } };
  const registers = { keys: 2, agreed: 2, lastWon: 2, winners: { a: 2 }, accepted: 4, discarded: 2 };
  const multis = { keys: 1, accepted: 2, kept: 2, stale: 0 };
  const resolution = { key: "k", region: "b", siblings: ["x", "y"], resolvedTo: "x, y", elapsedMs: 1 };
  const good: HealMeasures = { convergence, registers, multis, resolution, final: convergence };
  const resolved = "siblings were resolved by one put, in all regions";

  it.each<[string, Partial<HealMeasures>, string[]]>([
    ["all is well", {}, []],
    [
      "two digests differ",
      { convergence: { ...convergence, digests: 2 } },
      ["all nodes have equal digests after the heal"],
    ],
    [
      "all are equally empty",
      { final: { ...convergence, rows: { least: 0, most: 0 } } },
      ["all nodes have equal digests in the end"],
    ],
    [
      "a register differs",
      { registers: { ...registers, agreed: 1 } },
      ["every register shows one winner in all regions"],
    ],
    [
      "an older write won",
      { registers: { ...registers, lastWon: 1 } },
      ["the winner is the write with the highest stamp"],
    ],
    [
      "a discarded write is still there",
      { registers: { ...registers, discarded: 1 } },
      ["every other write to a register is gone"],
    ],
    ["a sibling is lost", { multis: { ...multis, kept: 1 } }, ["multi kept the writes of both sides"]],
    [
      "an old value is back",
      { multis: { ...multis, stale: 1 } },
      ["multi kept nothing that both sides had replaced"],
    ],
    ["a resolution is not seen", { resolution: { ...resolution, elapsedMs: null } }, [resolved]],
    ["there was nothing to resolve", { resolution: { ...resolution, siblings: ["x"] } }, [resolved]],
  ])("%s", (_what, wrong, names) => {
    expect(failing(checkHeal({ ...good, ...wrong }))).toEqual(names);
  });
});
