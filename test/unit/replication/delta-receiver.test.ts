import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type Actor, actorOf, VersionVector } from "../../../src/causality/index.js";
import { type Delta, encodeRowKey } from "../../../src/codec/index.js";
import { DataType, ValueEncoding } from "../../../src/crdt/index.js";
import { AckSender } from "../../../src/replication/acks.js";
import { DeltaReceiver } from "../../../src/replication/delta-receiver.js";
import { Dissemination } from "../../../src/replication/dissemination.js";
import { Lab } from "./lab.js";

const WRITER = actorOf(1, 7);
const MEBIBYTE = 1024 * 1024;

function delta(counter: number, bytes = 10, actor: Actor = WRITER): Delta {
  return {
    partition: 0,
    actor,
    counter,
    hlc: BigInt(counter),
    rowKey: encodeRowKey(DataType.multi, "b", Buffer.from(`k${counter}`)),
    requestId: undefined,
    following: 0,
    payload: {
      hlc: BigInt(counter),
      isTombstone: false,
      encoding: ValueEncoding.bytes,
      expiresAtMs: 0,
      data: Buffer.alloc(bytes),
    },
    replaced: [],
  };
}

/** A receiver at node 2, whose catch-up brings what `brought` says. */
function makeReceiver(): {
  readonly lab: Lab;
  readonly receiver: DeltaReceiver;
  readonly gaps: number[];
  readonly held: () => number;
} {
  const lab = new Lab({ eu: 3 });
  const { environment, replica } = lab.node(2);
  const gaps: number[] = [];
  const receiver = new DeltaReceiver(
    environment,
    new AckSender(environment),
    new Dissemination(environment),
    {
      gap: ({ counter }) => gaps.push(counter),
      landed: () => undefined,
    },
  );
  return { lab, receiver, gaps, held: () => replica.clock.get(WRITER) };
}

describe("deltas of another node", () => {
  it("are applied in the order of their counters, whatever order and however often they come in", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), (order) => {
        const { receiver, held } = makeReceiver();
        const come = new Set<number>();
        for (const counter of [...order, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) {
          receiver.receive(delta(counter), false);
          come.add(counter);
          let expected = 0;
          while (come.has(expected + 1)) expected++;
          expect(held()).toBe(expected);
        }
        expect(receiver.earlyBytes.size).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it("wait early in a bounded buffer, and fit once the clock rose past the gap", () => {
    const { lab, receiver, gaps, held } = makeReceiver();
    for (let counter = 2; counter <= 200; counter++) receiver.receive(delta(counter, 100_000), false);
    expect(receiver.earlyBytes.size).toBeGreaterThan(7 * MEBIBYTE);
    expect(receiver.earlyBytes.size).toBeLessThanOrEqual(8 * MEBIBYTE);
    expect(gaps).toHaveLength(199);
    receiver.receive(delta(1), false);
    expect(held()).toBeGreaterThan(70);
    expect(held()).toBeLessThan(200);
    expect(receiver.earlyBytes.size).toBe(0);
    lab.runFor(100);
  });

  it("of one write cost by their number, not by its square", () => {
    const lookups = (parts: number): number => {
      const { receiver, held } = makeReceiver();
      const part = (counter: number): Delta => ({ ...delta(counter), following: parts - counter });
      const spy = vi.spyOn(Map.prototype, "has");
      for (let counter = 1; counter <= parts; counter++) receiver.receive(part(counter), false);
      const count = spy.mock.calls.length;
      spy.mockRestore();
      expect(held()).toBe(parts);
      return count;
    };
    expect(lookups(800)).toBeLessThan(5 * lookups(200));
  });

  it("that a catch-up brought meanwhile leave the buffer", () => {
    const { lab, receiver } = makeReceiver();
    const { replica } = lab.node(2);
    for (const counter of [3, 2, 5, 4]) receiver.receive(delta(counter), false);
    expect(receiver.earlyBytes.size).toBeGreaterThan(0);
    const target = replica.clock.copy();
    target.raise(WRITER, 5);
    replica.adopt(target, undefined);
    receiver.retryEarly(replica);
    expect(receiver.earlyBytes.size).toBe(0);
  });

  it("that a catch-up under way will bring are left to it, and relayed all the same", () => {
    const { lab, receiver, held } = makeReceiver();
    lab.node(2).replica.rows.awaited = VersionVector.from([[WRITER, 1]]);
    receiver.receive(delta(1), true);
    lab.runFor(1);
    expect(held()).toBe(0);
    expect(lab.node(2).sent.map(({ to, message }) => [to, message.type])).toEqual([
      [1, "delta"],
      [3, "delta"],
    ]);
  });

  it("of an incarnation that is over are refused unless they are held, for they travel by catch-up", () => {
    const lab = new Lab({ eu: 3 });
    const { environment, replica } = lab.node(2);
    const hooks = { gap: () => undefined, landed: () => undefined };
    let newest = 0;
    const closing = { ...environment, liveness: { ...environment.liveness, incarnationOf: () => newest } };
    const receiver = new DeltaReceiver(closing, new AckSender(closing), new Dissemination(closing), hooks);
    receiver.receive(delta(1), false);
    newest = 8;
    receiver.receive(delta(1), false);
    receiver.receive(delta(2), false);
    expect(replica.clock.get(WRITER)).toBe(1);
    expect(environment.counters.snapshot()).toMatchObject({ deltas_refused: 1, deltas_duplicate: 1 });
  });

  it("that name a partition which is not their row's, or none of ours, change nothing and go nowhere", () => {
    const { lab, receiver, held } = makeReceiver();
    for (const partition of [1, 65_535, 2 ** 40]) receiver.receive({ ...delta(1), partition }, true);
    lab.runFor(10);
    expect(held()).toBe(0);
    expect(lab.node(2).sent).toEqual([]);
  });
});
