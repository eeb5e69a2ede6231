import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import type { OperationOptions, Outcome } from "../../../src/replication/index.js";
import { deleteOf, getOf, putOf } from "../../../src/simulator/index.js";
import { Lab } from "./lab.js";

const REQUEST_ID = "00112233445566778899aabbccddeeff";
const ROW_KEY = encodeRowKey(DataType.multi, "b", Buffer.from("k"));
const PUT = putOf("k", "v", "multi");
const first: Partial<OperationOptions> = { requestId: REQUEST_ID };
const retry: Partial<OperationOptions> = { requestId: REQUEST_ID, isRetry: true };

/** What it came to, in a word. */
function said(outcome: Outcome | undefined): string {
  return outcome === undefined ? "nothing yet" : outcome.kind === "failed" ? outcome.reason : outcome.kind;
}

/** Siblings of the key when every replica is read: a write applied twice shows as two. */
function applied(lab: Lab): number {
  lab.release();
  lab.loses = () => false;
  lab.dead.clear();
  lab.runFor(500);
  const states = lab.nodes.map(({ replica }) => replica.rows.readDurable(ROW_KEY).live);
  return new Set(states.flat().map(({ actor, counter }) => `${actor}:${counter}`)).size;
}

function minted(lab: Lab): number {
  const counts = lab.nodes.map(({ environment }) => environment.counters.snapshot().writes_coordinated ?? 0);
  return counts.reduce((sum, count) => sum + count, 0);
}

describe("a retry with the request id of a write", () => {
  it("gets the first answer at the same node, and adds nothing", () => {
    const lab = new Lab({ eu: 3 });
    const written = lab.execute(1, PUT, first);
    const again = lab.execute(1, PUT, retry);
    expect(said(written)).toBe("written");
    if (written.kind !== "written" || again.kind !== "written") throw new Error(said(again));
    expect(again.hlc).toBe(written.hlc);
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });

  it("is answered by any replica that holds the write, also when the coordinator has died", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, PUT, first);
    lab.runFor(100);
    lab.dead.add(1);
    lab.loses = (_message, from, to) => from === 1 || to === 1;
    expect(said(lab.execute(2, PUT, retry))).toBe("written");
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });

  it("waits at another node until as many hold the write as the level asks for", () => {
    const lab = new Lab({ eu: 3 });
    lab.holds = (message) => message.type === "delta";
    const lost = lab.begin(1, PUT, { ...first, timeoutMs: 200 });
    const pending = lab.begin(2, PUT, { ...retry, consistency: { level: "ALL" }, timeoutMs: 2_000 });
    lab.runFor(300);
    expect([said(lost.outcome), said(pending.outcome)]).toEqual(["QUORUM_TIMEOUT", "nothing yet"]);
    lab.release();
    lab.runFor(300);
    expect(pending.outcome).toMatchObject({ kind: "written", acksReceived: 3 });
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });

  it("says how many hold the write when the deadline comes first", () => {
    const lab = new Lab({ eu: 3 });
    lab.loses = (message) => message.type === "delta";
    lab.execute(1, PUT, { ...first, timeoutMs: 200 });
    const outcome = lab.execute(2, PUT, { ...retry, timeoutMs: 300 });
    expect(outcome).toMatchObject({
      reason: "QUORUM_TIMEOUT",
      metadata: { required: "2", received: "1" },
    });
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });

  it("is not applied while the node that coordinated it, and told nobody, cannot be asked", () => {
    const lab = new Lab({ eu: 3 });
    lab.loses = (message, from, to) => message.type === "delta" || from === 1 || to === 1;
    lab.begin(1, PUT, first);
    lab.dead.add(1);
    expect(said(lab.execute(2, PUT, { ...retry, timeoutMs: 200 }))).toBe("MAYBE_APPLIED");
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });

  it("is applied once everybody has denied to know it", () => {
    const lab = new Lab({ eu: 3 });
    expect(said(lab.execute(2, PUT, retry))).toBe("written");
    expect(said(lab.execute(3, PUT, retry))).toBe("written");
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });

  it("fences the first attempt, should that arrive after it", () => {
    const lab = new Lab({ eu: 3 });
    expect(said(lab.execute(2, PUT, retry))).toBe("written");
    // Before the delta of the retry arrives, and after it.
    lab.loses = (message) => message.type === "delta";
    expect(["MAYBE_APPLIED", "written"]).toContain(said(lab.execute(1, PUT, first)));
    lab.runFor(500);
    expect(said(lab.execute(1, PUT, first))).toBe("written");
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });

  it("fences a first attempt that comes before the write itself", () => {
    const lab = new Lab({ eu: 3 });
    lab.loses = (message) => message.type === "delta";
    lab.execute(2, PUT, { ...retry, timeoutMs: 200 });
    expect(said(lab.execute(1, PUT, first))).toBe("MAYBE_APPLIED");
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });

  it.each([
    [1, 1],
    [1, 2],
  ])("is applied at most once when two come at a time, at nodes %i and %i", (a, b) => {
    const lab = new Lab({ eu: 3 });
    const outcomes = [lab.begin(a, PUT, retry), lab.begin(b, PUT, retry)];
    lab.runFor(1_500);
    for (const { outcome } of outcomes) expect(["written", "MAYBE_APPLIED"]).toContain(said(outcome));
    expect(minted(lab)).toBeLessThanOrEqual(1);
    if (a === b) expect(outcomes.map(({ outcome }) => said(outcome))).toEqual(["written", "written"]);
  });

  it("deletes once: a value written since stays", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, PUT);
    lab.execute(1, deleteOf("k", "multi"), first);
    lab.execute(1, putOf("k", "since", "multi"));
    expect(said(lab.execute(2, deleteOf("k", "multi"), retry))).toBe("written");
    const read = lab.execute(3, getOf("k", "multi"));
    expect(read.kind === "read" && read.values.map(({ data }) => data.toString())).toEqual(["since"]);
  });

  it.each([
    [1, retry],
    [1, first],
    [2, retry],
  ])("removes nothing once it had nothing to remove: at node %i, %o", (node, attempt) => {
    const lab = new Lab({ eu: 3 });
    expect(said(lab.execute(1, deleteOf("k", "multi"), retry))).toBe("written");
    lab.execute(3, putOf("k", "since", "multi"));
    lab.runFor(50);
    expect(said(lab.execute(node, deleteOf("k", "multi"), attempt))).toBe("written");
    const read = lab.execute(3, getOf("k", "multi"));
    expect(read.kind === "read" && read.values.map(({ data }) => data.toString())).toEqual(["since"]);
  });

  it("is not taken for unknown where only its record is damaged", () => {
    const lab = new Lab({ eu: 3 });
    lab.loses = (message) => message.type === "delta";
    lab.execute(1, PUT, { ...first, timeoutMs: 100 });
    expect(lab.node(1).host.disk.flipBit((key) => key[0] === "q".charCodeAt(0))).toBeDefined();
    expect(said(lab.execute(2, PUT, { ...retry, timeoutMs: 300 }))).toBe("MAYBE_APPLIED");
    expect(said(lab.execute(1, PUT, { ...retry, timeoutMs: 300 }))).toBe("MAYBE_APPLIED");
    const asked = lab.node(1).sent.filter(({ message }) => message.type === "lookup-request");
    expect(asked).toHaveLength(2);
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });

  it("does not count a replica that has the pointer of a catch-up and not the row", () => {
    const lab = new Lab({ eu: 3 });
    lab.loses = (message) => message.type === "delta";
    const written = lab.execute(1, PUT, { ...first, consistency: { level: "ONE" } });
    if (written.kind !== "written") throw new Error(said(written));
    const { actor } = lab.node(1).environment;
    const entry = { rowKey: ROW_KEY, requestId: REQUEST_ID, following: 0, hlc: written.hlc };
    lab.node(2).replica.addPointers([{ actor, counter: 1, entry }]);
    lab.runFor(50);
    for (const coordinator of [2, 3])
      expect(lab.execute(coordinator, PUT, { ...retry, timeoutMs: 400 })).toMatchObject({
        reason: "QUORUM_TIMEOUT",
        metadata: { required: "2", received: "1" },
      });
    expect([minted(lab), applied(lab)]).toEqual([1, 1]);
  });
});

describe("whatever is lost, late or asked twice", () => {
  const attempts = fc.array(
    fc.record({
      node: fc.integer({ min: 1, max: 3 }),
      pauseMs: fc.constantFrom(0, 3, 7, 12, 40),
      deadNode: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 1 }),
      lossEvery: fc.integer({ min: 2, max: 60 }),
      holds: fc.constantFrom("delta", "lookup-reply", "lookup-request", "nothing"),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it("a request id is applied at most once, and once when any attempt said that it was", () => {
    fc.assert(
      fc.property(attempts, fc.boolean(), (plan, isFirstLost) => {
        const lab = new Lab({ eu: 3 });
        const outcomes = plan.map(({ node, pauseMs, deadNode, lossEvery, holds }, index) => {
          let messages = 0;
          lab.dead.clear();
          if (deadNode !== null && deadNode !== node) lab.dead.add(deadNode);
          lab.loses = (_message, from, to) =>
            lab.dead.has(from) || lab.dead.has(to) || ++messages % lossEvery === 0;
          lab.holds = (message) => message.type === holds;
          const pending = lab.begin(node, PUT, {
            ...(index === 0 && !isFirstLost ? first : retry),
            timeoutMs: 60,
          });
          lab.runFor(pauseMs);
          return pending;
        });
        lab.runFor(200);
        const dots = applied(lab);
        expect(dots).toBeLessThanOrEqual(1);
        expect(minted(lab)).toBe(dots);
        for (const { outcome } of outcomes) {
          expect(["written", "MAYBE_APPLIED", "QUORUM_TIMEOUT", "QUORUM_UNAVAILABLE"]).toContain(
            said(outcome),
          );
          if (outcome?.kind === "written") expect(dots).toBe(1);
        }
      }),
      { numRuns: 150 },
    );
  });
});
