import { expect, it } from "vitest";
import { actorOf } from "../../../../src/causality/index.js";
import type { UnreplicatedWrite } from "../../../../src/node/index.js";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { checkQuarantine } from "../../../../src/simulator/invariants/quarantine.js";
import { readOf, Story } from "./histories.js";

const GONE = 3;
const MEMBER = {
  number: GONE,
  nodeId: "us-1",
  region: "us",
  zone: "a",
  host: "h",
  clientAddress: "h:1",
  peerAddress: "h:2",
  adminAddress: "h:3",
};

function check(story: Story, kept: readonly bigint[], isRemoved = true, lostDisk = false) {
  const quarantine = kept.map((hlc): UnreplicatedWrite => {
    const dot = { actor: actorOf(GONE, 1), counter: 1 };
    const key = Buffer.from(story.multi.name);
    return { partition: 0, type: 2, bucket: "b", key, dot, hlc, state: { kind: "deleted" } };
  });
  const budget = new DamageBudget(GONE);
  budget.destroyed(GONE, 50, lostDisk ? "seen" : "removed");
  const final = [readOf(story.multi, 100, { other: 90 })];
  return () => checkQuarantine(story.history, final, [{ member: MEMBER, isRemoved, quarantine }], budget);
}

it("(a) what only a removed node had is in its quarantine, unless it was replaced or its disk lost it", () => {
  const story = new Story();
  story.write(story.multi, "v1", 10, { minter: GONE, acksReceived: 1 });
  expect(check(story, [])).toThrow("acknowledged put v1 of strict-multi-1");
  expect(check(story, [11n])).toThrow("v1");
  expect(check(story, [10n])).not.toThrow();
  expect(check(story, [], false)).not.toThrow();
  expect(check(story, [], true, true)).not.toThrow();
  story.write(story.multi, "v2", 20, { observed: ["v1"], minter: 1 });
  expect(check(story, [])).not.toThrow();
});
