/** A peer that has closed the incarnation which a node runs under: nothing may be minted beyond "all". */
import { describe, expect, it } from "vitest";
import { VersionVector } from "../../../src/causality/index.js";
import type { Message } from "../../../src/codec/index.js";
import { putOf } from "../../../src/simulator/index.js";
import { Lab } from "./lab.js";

const ONE = { consistency: { level: "ONE" } } as const;

function closing(member: number, incarnation: number): VersionVector {
  const clock = new VersionVector();
  clock.close(member, incarnation);
  return clock;
}

function clockMessage(clock: VersionVector): Message {
  return { type: "clock", partition: 0, clock, hlc: 0n, isInDoubt: false, view: 0, orphans: undefined };
}

describe("a node whose incarnation is closed elsewhere", () => {
  it("hears that it has to start under a later one, and takes nothing of that clock over", () => {
    const lab = new Lab({ eu: 2 });
    const { environment, replica, replicator } = lab.node(1);
    replicator.receive(2, clockMessage(closing(1, 7)));
    expect(lab.learned).toEqual([{ by: 1, member: 1, incarnation: 8 }]);
    expect(replica.clock.isClosed(environment.actor)).toBe(false);
    expect(lab.execute(1, putOf("k", "v"), ONE).kind).toBe("written");
    expect(replica.clock.counterOf(environment.actor)).toBe(1);
  });

  it("does not adopt it from a catch-up either", () => {
    const lab = new Lab({ eu: 2 });
    const source = lab.node(2);
    lab.loses = (message) => message.type === "delta";
    for (const { replicator } of lab.nodes)
      replicator.start({ catchUps: new Map(), peers: new Map(), shared: new Map() });
    lab.execute(2, putOf("k", "v"), ONE);
    source.replica.close(1, 9);
    // Its clock does not come, so that the catch-up is what would bring it.
    lab.node(1).replicator.receive(2, clockMessage(VersionVector.from([...source.replica.clock.entries()])));
    lab.runFor(5_000);
    expect(lab.learned.filter(({ by }) => by === 1)).toContainEqual({ by: 1, member: 1, incarnation: 10 });
    expect(lab.node(1).replica.clock.isClosed(lab.node(1).environment.actor)).toBe(false);
  });

  it("takes clocks that close what it was before", () => {
    const lab = new Lab({ eu: 2 });
    lab.node(1).replicator.receive(2, clockMessage(closing(1, 6)));
    expect(lab.learned).toEqual([]);
  });
});
