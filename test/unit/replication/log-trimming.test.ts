import { describe, expect, it } from "vitest";
import { newDoubt } from "../../../src/replica/index.js";
import { LogTrimming } from "../../../src/replication/log-trimming.js";
import { putOf } from "../../../src/simulator/index.js";
import { Lab, type LabNode } from "./lab.js";

const WINDOW_MS = 300_000;

/** Member 1 wrote so often, and trims. */
function trimmed(lab: Lab, writes: number): LabNode {
  const node = lab.node(1);
  const trimming = new LogTrimming(
    node.environment,
    node.replicator.peerClocks,
    node.replicator.away,
    WINDOW_MS,
  );
  trimming.start();
  for (let i = 0; i < writes; i++) {
    lab.begin(1, putOf(`k${i % 10}`, `${i}`), { consistency: { level: "ONE" } });
    if (i % 100 === 99) lab.runFor(10);
  }
  lab.runFor(1_000);
  return node;
}

function floorOf(node: LabNode): number {
  return node.replica.floor.get(node.environment.actor);
}

describe("trimming", () => {
  it("waits until the request ids are old enough, then takes all that every replica has", () => {
    const lab = new Lab({ eu: 1, us: 2 });
    const node = trimmed(lab, 1_000);
    lab.runFor(WINDOW_MS - 2_000);
    expect(floorOf(node)).toBe(0);
    lab.runFor(WINDOW_MS / 4 + 15_000);
    expect(floorOf(node)).toBe(1_000);
    expect(node.environment.counters.snapshot().log_entries_trimmed).toBe(1_000);
  });

  it("keeps what one replica has not acknowledged", () => {
    const lab = new Lab({ eu: 1, us: 1, ap: 1 });
    lab.loses = (message, _from, to) => to === 3 && message.type === "delta" && message.delta.counter > 70;
    const node = trimmed(lab, 100);
    lab.runFor(2 * WINDOW_MS);
    expect(floorOf(node)).toBe(70);
  });

  it("trims nothing while the replica is in doubt", () => {
    const lab = new Lab({ eu: 1, us: 1 });
    const node = trimmed(lab, 10);
    node.replica.setDoubt(newDoubt("regressed"));
    lab.runFor(2 * WINDOW_MS);
    expect(floorOf(node)).toBe(0);
  });

  it("needs nobody's leave where there is no other replica", () => {
    const lab = new Lab({ eu: 1 });
    const node = trimmed(lab, 10);
    lab.runFor(2 * WINDOW_MS);
    expect(floorOf(node)).toBe(10);
  });

  it("ends with the node", () => {
    const lab = new Lab({ eu: 1 });
    const node = lab.node(1);
    const trimming = new LogTrimming(
      node.environment,
      node.replicator.peerClocks,
      node.replicator.away,
      WINDOW_MS,
    );
    trimming.start();
    trimming.close();
    lab.execute(1, putOf("k", "v"));
    lab.runFor(2 * WINDOW_MS);
    expect(floorOf(node)).toBe(0);
  });
});
