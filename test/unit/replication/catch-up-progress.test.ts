import { expect, test } from "vitest";
import { type Actor, actorOf, type Dot, VersionVector } from "../../../src/causality/index.js";
import type {
  CatchUpBody,
  CatchUpPointer,
  CatchUpRequest,
  CatchUpRow,
  Delta,
  RowKey,
} from "../../../src/codec/index.js";
import { ABSENT_ROW, type LiveDot } from "../../../src/crdt/index.js";
import { progressFrom, skipHeld } from "../../../src/replication/catch-up-progress.js";
import { rowKeyOf } from "../replica/replica-fixture.js";
import { Lab } from "./lab.js";

const [B, C] = [actorOf(2, 1), actorOf(3, 1)];
const [ROW, OTHER] = [rowKeyOf("row"), rowKeyOf("other")];
const PAYLOAD = { hlc: 1n, isTombstone: false, encoding: 0, expiresAtMs: 0, data: Buffer.from("v") } as const;
/** The source holds this row twice: written by B, and by C. */
const TARGET = VersionVector.from([
  [B, 2],
  [C, 2],
]);

function put(actor: Actor, counter: number, rowKey: RowKey): Delta {
  const dot = { partition: 0, actor, counter, hlc: 1n, rowKey };
  return { ...dot, requestId: undefined, following: 0, payload: PAYLOAD, replaced: [] };
}

function pointerTo({ actor, counter, ...entry }: Delta): CatchUpPointer {
  return { actor, counter, entry };
}

function liveDot({ actor, counter }: Dot): LiveDot {
  return { actor, counter, payload: PAYLOAD };
}

/** A receiver that catches up from a source whose pages the test makes up. */
function catchingUp() {
  const lab = new Lab({ eu: 2 });
  lab.loses = () => true;
  const receiver = lab.node(1);
  const lastRequest = (): CatchUpRequest => {
    const asked = receiver.sent.flatMap(({ message }) =>
      message.type === "catch-up-request" ? [message] : [],
    );
    const last = asked.at(-1);
    if (last === undefined) throw new Error("nothing was asked for");
    return last;
  };
  receiver.replicator.receive(2, {
    type: "clock",
    partition: 0,
    hlc: 1n,
    clock: TARGET,
    isInDoubt: false,
    view: 1,
    orphans: undefined,
  });
  lab.runFor(100);
  const answer = (
    entries: readonly CatchUpPointer[],
    rows: readonly CatchUpRow[],
    position: VersionVector,
    isLast = false,
  ): CatchUpRequest => {
    const { partition, session } = lastRequest();
    const body: CatchUpBody = {
      kind: "log",
      target: TARGET,
      clock: TARGET,
      entries,
      rows,
      position,
      isLast,
    };
    receiver.replicator.receive(2, { type: "catch-up-page", partition, session, hlc: 1n, body });
    lab.runFor(100);
    return lastRequest();
  };
  return { lab, receiver, answer };
}

const BOTH: CatchUpRow = {
  rowKey: ROW,
  live: [liveDot({ actor: B, counter: 1 }), liveDot({ actor: C, counter: 2 })],
  ahead: ABSENT_ROW.ahead,
};

test("what came live meanwhile is not asked for", () => {
  const { receiver, answer } = catchingUp();
  for (const counter of [1, 2]) receiver.replica.apply(put(C, counter, OTHER));
  const { position } = answer([], [], new VersionVector());
  expect(position.get(C)).toBe(2);
});

test("a row that was left out, since it comes with a later dot, comes though that dot came live meanwhile", () => {
  const { receiver, answer } = catchingUp();
  receiver.replica.apply(put(C, 1, OTHER));
  receiver.replica.apply(put(C, 2, ROW));
  const asked = answer([pointerTo(put(B, 1, ROW))], [], VersionVector.from([[B, 1]]));
  expect(asked.position.sorted()).toEqual([
    [B, 1],
    [C, 1],
  ]);
  const theRest = [pointerTo(put(B, 2, OTHER)), pointerTo(put(C, 2, ROW))];
  answer(theRest, [BOTH], TARGET, true);
  expect(receiver.replica.clock.sorted()).toEqual(TARGET.sorted());
  expect(receiver.replica.rows.readPending(ROW).live).toHaveLength(2);
});

test("once the row has come, its dots are not asked for", () => {
  const { receiver, answer } = catchingUp();
  for (const counter of [1, 2]) receiver.replica.apply(put(C, counter, counter === 1 ? OTHER : ROW));
  answer([pointerTo(put(B, 1, ROW))], [], VersionVector.from([[B, 1]]));
  const { position } = answer([pointerTo(put(B, 2, ROW))], [BOTH], VersionVector.from([[B, 2]]));
  expect(position.get(C)).toBe(2);
});

test("where nobody knows any more what was left out, all of the log is asked for", () => {
  const { lab, receiver } = catchingUp();
  receiver.replica.apply(put(C, 1, OTHER));
  lab.runFor(100);
  const progress = { ...progressFrom(new VersionVector()), target: TARGET, leftOut: undefined };
  skipHeld(progress, receiver.replica);
  expect(progress.position.size).toBe(0);
});
