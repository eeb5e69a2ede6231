/** What `admin status` prints of what waits. */
import { describe, expect, it } from "vitest";
import { statusText } from "../../../src/cli/admin-text.js";

const STATUS: Parameters<typeof statusText>[0] = {
  clusterId: "shop",
  nodeId: "eu-1",
  region: "eu",
  version: "1.0.0",
  state: "ready",
  reason: "",
  incarnation: 7,
  layoutVersion: 1,
  uptimeMs: 60_000,
  partitionsHeld: 256,
  partitionsCatchingUp: 0,
  catchUp: { partitions: 0, fullSyncs: 0, dotsTotal: 0, dotsDone: 0, rowsReceived: 0 },
  purgeBlockers: [],
  rowsToReclaim: 0,
  reclaimBlockers: [],
  peers: [],
};

function linesAbout(word: string, status: Partial<typeof STATUS>): string[] {
  const lines = statusText({ ...STATUS, ...status }).split("\n");
  return lines.filter((line) => line.startsWith(word)).map((line) => line.replace(/ +/g, " "));
}

describe("the status of a node", () => {
  it("is silent where nothing waits", () => {
    expect([...linesAbout("deletes", {}), ...linesAbout("expired", {})]).toEqual([]);
  });

  it("names whom deletes and what has expired wait for, once that takes long", () => {
    const soon = { nodeId: "ap-1", blockingMs: 9_000, partitions: 1 };
    const long = { nodeId: "us-1", blockingMs: 60_000, partitions: 3 };
    const status = { purgeBlockers: [soon, long], rowsToReclaim: 1_234, reclaimBlockers: [soon, long] };
    expect(linesAbout("deletes", status)).toEqual(["deletes kept 3 partitions wait for us-1, for 1 min"]);
    expect(linesAbout("expired", status)).toEqual([
      "expired 1,234 rows wait to be removed",
      "expired kept 3 partitions wait for us-1, for 1 min",
    ]);
    expect(linesAbout("expired", { rowsToReclaim: 10_000 })).toEqual([
      "expired 10,000 rows or more wait to be removed",
    ]);
  });
});
