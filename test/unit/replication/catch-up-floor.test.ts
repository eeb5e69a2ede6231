import { expect, test } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import type { CatchUpBody, CatchUpRequest } from "../../../src/codec/index.js";
import { Lab, type LabNode } from "./lab.js";

const B = actorOf(2, 1);

function upTo(counter: number): VersionVector {
  return VersionVector.from([[B, counter]]);
}

/** The newest request of a catch-up that the node sent. */
function lastRequest(node: LabNode): CatchUpRequest {
  const requests = node.sent.flatMap(({ message }) => (message.type === "catch-up-request" ? [message] : []));
  const last = requests.at(-1);
  if (last === undefined) throw new Error("nothing was asked for");
  return last;
}

test("a source whose log was cut during the session is asked from where it begins by now", () => {
  const lab = new Lab({ eu: 2 });
  lab.loses = () => true;
  const receiver = lab.node(1);
  const answer = (body: CatchUpBody): CatchUpRequest => {
    const { partition, session } = lastRequest(receiver);
    receiver.replicator.receive(2, { type: "catch-up-page", partition, session, hlc: 1n, body });
    lab.runFor(100);
    return lastRequest(receiver);
  };
  const rows = (floor: number): CatchUpBody => ({
    kind: "rows",
    target: upTo(5),
    clock: upTo(5),
    floor: upTo(floor),
    rows: [],
    upTo: undefined,
  });
  receiver.replicator.receive(2, {
    type: "clock",
    partition: 0,
    hlc: 1n,
    clock: upTo(5),
    isInDoubt: false,
    view: 1,
    orphans: undefined,
  });
  lab.runFor(100);
  expect(answer({ kind: "below-floor" }).rows).toEqual({ after: undefined });
  expect(answer(rows(3)).position.get(B)).toBe(3);
  expect(answer({ kind: "below-floor" }).rows).toEqual({ after: undefined });
  expect(answer(rows(5)).position.get(B)).toBe(5);
  const end = { target: upTo(5), clock: upTo(5), entries: [], rows: [], position: upTo(5), isLast: true };
  answer({ kind: "log", ...end });
  expect(receiver.replica.clock.get(B)).toBe(5);
  expect(receiver.replica.floor.get(B)).toBe(5);
});
