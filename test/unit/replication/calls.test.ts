import { describe, expect, it } from "vitest";
import type { LookupRequest } from "../../../src/codec/index.js";
import { LatencyWindow } from "../../../src/replication/latency-window.js";
import { RequestFences } from "../../../src/replication/request-fences.js";
import { Lab } from "./lab.js";

type Answer = "waiting" | "none" | number;

/** Node 1 of a lab in which nobody answers by itself, and its calls. */
function makeCalls(): {
  readonly lab: Lab;
  readonly ask: (peer: number) => {
    readonly id: number;
    readonly answer: () => Answer;
    readonly count: () => number;
  };
} {
  const lab = new Lab({ eu: 3 });
  lab.loses = () => true;
  const { calls } = lab.node(1).environment;
  const request = (id: number): LookupRequest => ({
    type: "lookup-request",
    id,
    partition: 0,
    requestId: "00".repeat(16),
  });
  return {
    lab,
    ask: (peer) => {
      const answers: Answer[] = [];
      const id = calls.call(peer, "lookup-reply", request, (reply) => answers.push(reply?.id ?? "none"));
      return { id, answer: () => answers[0] ?? "waiting", count: () => answers.length };
    },
  };
}

describe("a call to a peer", () => {
  it("ends with its reply, once, and with no other's", () => {
    const { lab, ask } = makeCalls();
    const { calls } = lab.node(1).environment;
    const call = ask(2);
    calls.reply(3, { type: "lookup-reply", id: call.id, found: undefined });
    calls.reply(2, { type: "lookup-reply", id: call.id + 1, found: undefined });
    calls.reply(2, { type: "repair-reply", id: call.id, outcome: "done" });
    expect(call.answer()).toBe("waiting");
    calls.reply(2, { type: "lookup-reply", id: call.id, found: undefined });
    calls.reply(2, { type: "lookup-reply", id: call.id, found: undefined });
    calls.peerDown(2);
    expect([call.answer(), call.count()]).toEqual([call.id, 1]);
  });

  it("ends without one when the link goes down, and at once when it is down already", () => {
    const { lab, ask } = makeCalls();
    const { calls, links } = lab.node(1).environment;
    const [second, third] = [ask(2), ask(3)];
    links.down(2);
    calls.peerDown(2);
    expect([second.answer(), third.answer()]).toEqual(["none", "waiting"]);
    expect(ask(2).answer()).toBe("none");
  });

  it("does not end any more once it was cancelled", () => {
    const { lab, ask } = makeCalls();
    const { calls } = lab.node(1).environment;
    const call = ask(2);
    calls.cancel(call.id);
    calls.reply(2, { type: "lookup-reply", id: call.id, found: undefined });
    calls.peerDown(2);
    expect(call.answer()).toBe("waiting");
  });

  it("may begin another one when it ends", () => {
    const { lab } = makeCalls();
    const { calls } = lab.node(1).environment;
    const order: string[] = [];
    const request = (id: number): LookupRequest => ({
      type: "lookup-request",
      id,
      partition: 0,
      requestId: "00".repeat(16),
    });
    calls.call(2, "lookup-reply", request, () => {
      order.push("first");
      calls.call(3, "lookup-reply", request, () => order.push("second"));
    });
    calls.peerDown(2);
    calls.peerDown(3);
    expect(order).toEqual(["first", "second"]);
  });
});

describe("the latencies of peers", () => {
  it("say to hedge after the highest of the last 64 of those that were asked", () => {
    const window = new LatencyWindow();
    expect(window.hedgeAfterMs([])).toBe(10);
    expect(window.hedgeAfterMs([2])).toBe(50);
    for (let i = 1; i <= 64; i++) window.add(2, i);
    expect(window.hedgeAfterMs([2])).toBe(64);
    expect(window.hedgeAfterMs([2, 3])).toBe(64);
    for (let i = 0; i < 64; i++) window.add(3, 200);
    expect([window.hedgeAfterMs([2]), window.hedgeAfterMs([2, 3])]).toEqual([64, 200]);
    for (let i = 0; i < 64; i++) window.add(3, 1);
    expect([window.hedgeAfterMs([3]), window.hedgeAfterMs([2, 3])]).toEqual([10, 64]);
  });
});

describe("an answer", () => {
  it("comes over the link that its question came over, or not at all: there may be another process now", () => {
    const lab = new Lab({ eu: 2 });
    const asked = lab.node(1);
    const { links } = asked.environment;
    const answers = (): number => asked.sent.filter(({ message }) => message.type === "lookup-reply").length;
    const reply = { type: "lookup-reply", id: 1, found: undefined } as const;
    const generation = links.generationOf(2);
    links.answer(2, generation, reply);
    lab.runFor(20);
    expect(answers()).toBe(1);
    links.down(2);
    links.up(2);
    links.answer(2, generation, reply);
    lab.runFor(20);
    expect(answers()).toBe(1);
    links.answer(2, links.generationOf(2), reply);
    lab.runFor(20);
    expect(answers()).toBe(2);
  });
});

describe("fences", () => {
  it("tell what was done from what was promised not to be, whatever is asked since", () => {
    const fences = new RequestFences();
    fences.promise("promised");
    fences.done("done");
    for (const id of ["promised", "done"]) fences.promise(id);
    expect([fences.of("promised"), fences.of("done")]).toEqual(["promised", "done"]);
  });

  it("hold up to a hundred thousand request ids, and let go of the oldest first, thousands at a time", () => {
    const fences = new RequestFences();
    for (let i = 0; i < 100_002; i++) fences.promise(`id ${i}`);
    expect([fences.of("id 0"), fences.of("id 4999"), fences.of("never seen")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([fences.of("id 5000"), fences.of("id 100001")]).toEqual(["promised", "promised"]);
  });
});
