import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import { PeerClocks } from "../../../src/replication/acks.js";
import { PendingWrites } from "../../../src/replication/pending-writes.js";
import { QuorumTracker } from "../../../src/replication/quorum.js";
import { putOf } from "../../../src/simulator/index.js";
import { Lab } from "./lab.js";

const A = actorOf(1, 7);
const B = actorOf(2, 7);

describe("acknowledgements to the node that minted the dots", () => {
  it("are merged: one message a turn, one entry a writer, the highest counter", () => {
    const lab = new Lab({ eu: 2 });
    for (let i = 0; i < 50; i++) lab.begin(1, putOf(`k${i}`, "v"), { consistency: { level: "ALL" } });
    lab.runFor(200);
    const acks = lab.node(2).sent.flatMap(({ message }) => (message.type === "ack" ? [message.entries] : []));
    expect(acks).toEqual([[{ partition: 0, actor: A, counter: 50 }]]);
    expect(lab.node(1).sent.filter(({ message }) => message.type === "ack")).toHaveLength(0);
  });

  it("come only when the disk has what they are for", () => {
    const lab = new Lab({ eu: 2 });
    lab.node(2).host.disk.slowFactor = 100;
    lab.begin(1, putOf("k", "v"), { consistency: { level: "ALL" } });
    lab.runFor(25);
    expect(lab.node(2).replica.clock.get(A)).toBe(1);
    expect(lab.node(2).replica.durableClock.get(A)).toBe(0);
    expect(lab.node(2).sent).toHaveLength(0);
    lab.runFor(3_000);
    expect(lab.node(2).sent.map(({ message }) => message.type)).toEqual(["ack"]);
  });

  it("come again for a duplicate: the first one may have been lost", () => {
    const lab = new Lab({ eu: 2 });
    lab.loses = (message) => message.type === "ack";
    lab.begin(1, putOf("k", "v"));
    lab.runFor(50);
    const [delta] = lab.node(1).sent.flatMap(({ message }) => (message.type === "delta" ? [message] : []));
    if (delta === undefined) throw new Error("no delta was sent");
    lab.node(2).replicator.receive(1, delta);
    lab.runFor(50);
    expect(lab.node(2).sent.map(({ message }) => message.type)).toEqual(["ack", "ack"]);
    expect(lab.node(2).environment.counters.snapshot()).toMatchObject({ deltas_duplicate: 1 });
  });
});

describe("what each peer is known to hold", () => {
  it("rises by acknowledgements, and is replaced by a clock: a peer may have lost its disk", () => {
    const clocks = new PeerClocks();
    expect(clocks.get(0, 2).size).toBe(0);
    clocks.raise(0, 2, A, 5);
    clocks.raise(0, 2, B, 3);
    clocks.raise(0, 2, A, 4);
    expect(clocks.get(0, 2).sorted()).toEqual([
      [A, 5],
      [B, 3],
    ]);
    expect([clocks.get(1, 2).size, clocks.get(0, 3).size]).toEqual([0, 0]);
    clocks.set(0, 2, VersionVector.from([[A, 1]]));
    expect(clocks.get(0, 2).sorted()).toEqual([[A, 1]]);
  });
});

describe("writes that wait", () => {
  const members = [1, 2, 3];

  it("are told of every acknowledgement of a counter at or above theirs, once a member", () => {
    const events = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("write" as const), remove: fc.boolean() }),
        fc.record({
          kind: fc.constant("ack" as const),
          member: fc.constantFrom(...members),
          counter: fc.integer({ min: 1, max: 30 }),
        }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(events, (history) => {
        const pending = new PendingWrites();
        const waiting = new Map<number, { tracker: QuorumTracker; held: Set<number> }>();
        let last = 0;
        for (const event of history) {
          if (event.kind === "write") {
            const counter = ++last;
            const tracker = new QuorumTracker([{ members, count: 3 }]);
            waiting.set(counter, { tracker, held: new Set() });
            pending.add(7, counter, { tracker, changed: () => undefined });
            if (event.remove && counter > 2) {
              pending.remove(7, counter - 2);
              waiting.delete(counter - 2);
            }
          } else {
            // Nobody acknowledges what was not written.
            const counter = Math.min(event.counter, last);
            pending.acknowledge(7, event.member, counter);
            pending.acknowledge(8, event.member, counter);
            for (const [own, write] of waiting) if (own <= counter) write.held.add(event.member);
          }
        }
        expect(pending.size).toBe(waiting.size);
        for (const { tracker, held } of waiting.values())
          for (const member of members) expect(tracker.hasSucceeded(member)).toBe(held.has(member));
      }),
    );
  });

  it("may be answered, and new ones begun, from inside an acknowledgement", () => {
    const pending = new PendingWrites();
    const answered: number[] = [];
    const add = (counter: number): void => {
      const tracker = new QuorumTracker([{ members, count: 1 }]);
      const changed = (): void => {
        answered.push(counter);
        pending.remove(0, counter);
        if (counter < 10) add(counter + 5);
      };
      pending.add(0, counter, { tracker, changed });
    };
    for (let counter = 1; counter <= 5; counter++) add(counter);
    pending.acknowledge(0, 2, 5);
    expect(answered).toEqual([1, 2, 3, 4, 5]);
    pending.acknowledge(0, 2, 20);
    expect(answered).toHaveLength(10 + 4);
  });
});
