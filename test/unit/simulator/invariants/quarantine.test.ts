import { expect, it } from "vitest";
import { actorOf } from "../../../../src/causality/index.js";
import { encodeRowKey, sealRecord, writeRow } from "../../../../src/codec/index.js";
import { ABSENT_ROW, DataType } from "../../../../src/crdt/index.js";
import type { UnreplicatedWrite } from "../../../../src/node/index.js";
import { SimulatedWorld } from "../../../../src/runtime/simulated/index.js";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { checkQuarantine, checkQuarantineComplete } from "../../../../src/simulator/invariants/quarantine.js";
import { rowStoreKey } from "../../../../src/storage/index.js";
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

it("(a) whatever a removed node shows that no other disk ever had is in its quarantine", () => {
  const dot = { actor: actorOf(GONE, 1), counter: 2 };
  const world = new SimulatedWorld(1);
  const host = world.addNode(GONE, { region: "us" });
  const payload = {
    hlc: 7n,
    isTombstone: false,
    encoding: 0,
    expiresAtMs: 0,
    data: Buffer.from("v"),
  } as const;
  const key = rowStoreKey(0, encodeRowKey(DataType.register, "b", Buffer.from("k")));
  const bytes = Buffer.from(key, "latin1");
  const row = { ...ABSENT_ROW, live: [{ ...dot, payload }] };
  host.runtime.disk.openStore((_error, store) =>
    store?.write(
      [{ key: bytes, value: sealRecord(bytes, (writer) => writeRow(writer, row)) }],
      true,
      () => undefined,
    ),
  );
  world.time.run({ untilMs: 1_000 });
  const state = { kind: "value", encoding: 0, data: Buffer.from("v") } as const;
  const kept: UnreplicatedWrite = {
    partition: 0,
    type: DataType.register,
    bucket: "b",
    key: Buffer.from("k"),
    dot,
    hlc: 7n,
    state,
  };
  const check =
    (quarantine: UnreplicatedWrite[], isHeldAlone: boolean, isRemoved = true) =>
    () =>
      checkQuarantineComplete([{ member: MEMBER, host, isRemoved, quarantine }], {
        isHeldAlone: () => isHeldAlone,
      });
  expect(check([], true)).toThrow("it is not in its quarantine");
  expect(check([{ ...kept, dot: { ...dot, counter: 1 } }], true)).toThrow("it is not in its quarantine");
  expect(check([kept], true)).not.toThrow();
  expect(check([], false)).not.toThrow();
  expect(check([], true, false)).not.toThrow();
});
