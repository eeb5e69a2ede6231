import { describe, expect, it } from "vitest";
import { compareDigests } from "../../../src/cli/admin-digests.js";
import {
  comparisonText,
  digestText,
  hintsText,
  lagText,
  repairText,
  statusText,
} from "../../../src/cli/admin-text.js";

const digest = (nodeId: string, partitions: Record<string, string>, all = nodeId) => ({
  nodeId,
  partitions,
  all,
  rows: 0,
});

describe("digests of several nodes", () => {
  it("are equal when every shared partition is", () => {
    const same = { 0: "aa", 1: "bb" };
    const comparison = compareDigests(["h:1", "h:2"], [digest("a", same, "x"), digest("b", same, "x")]);
    expect(comparison).toEqual({
      equal: true,
      nodes: [
        { endpoint: "h:1", nodeId: "a", all: "x" },
        { endpoint: "h:2", nodeId: "b", all: "x" },
      ],
      differing: [],
    });
    expect(comparisonText(comparison)).toBe(
      ["NODE  ENDPOINT  DIGEST", "a     h:1       x", "b     h:2       x", "", "equal"].join("\n"),
    );
  });

  it("name the partitions that differ, by number", () => {
    const nodes = [
      digest("a", { 0: "aa", 2: "cc", 10: "dd" }),
      digest("b", { 0: "aa", 2: "c!", 10: "d!" }),
      digest("c", { 0: "aa", 2: "cc" }),
    ];
    const comparison = compareDigests(["1", "2", "3"], nodes);
    expect([comparison.equal, comparison.differing]).toEqual([false, [2, 10]]);
    expect(comparisonText(comparison)).toContain("different in partitions 2, 10");
    expect(comparisonText({ ...comparison, differing: [7] })).toMatch(/different in partition 7$/);
    const many = Array.from({ length: 25 }, (_, at) => at);
    expect(comparisonText({ ...comparison, differing: many })).toMatch(/, 19 and 5 more$/);
  });

  it("are compared by what nodes share, and not at all when that is nothing", () => {
    const [left, middle, right] = [
      digest("a", { 0: "aa", 1: "bb" }),
      digest("b", { 1: "bb", 2: "cc" }),
      digest("c", { 2: "cc" }),
    ];
    expect(compareDigests(["1", "2", "3"], [left, middle, right]).equal).toBe(true);
    expect(() => compareDigests(["1", "3"], [left, right])).toThrow("share no partition");
  });
});

describe("what people read", () => {
  const peer = {
    nodeId: "us-east-1",
    region: "us-east",
    isConnected: true,
    isAlive: true,
    incarnation: 3,
    roundTripMs: 80.4,
    lastHeardMs: 120,
    queueBytes: 1_234,
    clockOffsetMs: -0.25,
  };
  const status = {
    clusterId: "c1",
    nodeId: "eu-west-1",
    region: "eu-west",
    version: "1.2.3",
    state: "catching-up" as const,
    reason: "3 partitions catch up",
    incarnation: 7,
    layoutVersion: 2,
    uptimeMs: 90_000,
    partitionsHeld: 256,
    partitionsCatchingUp: 3,
    purgeBlockers: [],
    rowsToReclaim: 0,
    reclaimBlockers: [],
    catchUp: { partitions: 0, fullSyncs: 0, dotsTotal: 0, dotsDone: 0, rowsReceived: 0 },
    peers: [
      peer,
      { ...peer, nodeId: "b", isAlive: false },
      { ...peer, nodeId: "c", isAlive: false, isConnected: false, lastHeardMs: 0 },
    ],
  };

  it("is the node and its peers", () => {
    expect(statusText(status).split("\n")).toEqual([
      "node        eu-west-1 in eu-west",
      "cluster     c1, layout 2",
      "state       catching-up: 3 partitions catch up",
      "version     1.2.3",
      "up          2 min, incarnation 7",
      "partitions  256, 3 catching up",
      "",
      "PEER       REGION   STATE        ROUND TRIP  LAST HEARD  QUEUE BYTES  CLOCK OFFSET",
      "us-east-1  us-east  alive             80 ms      120 ms        1,234       -0.3 ms",
      "b          us-east  silent                -      120 ms        1,234             -",
      "c          us-east  unreachable           -           -        1,234             -",
    ]);
    expect(statusText({ ...status, peers: [] })).not.toContain("PEER");
    const catchUp = { partitions: 4, fullSyncs: 1, dotsTotal: 50_000, dotsDone: 12_000, rowsReceived: 900 };
    expect(statusText({ ...status, catchUp }).split("\n")[6]).toBe(
      "fetching    4 partitions, 1 of them by all rows: 12,000 of 50,000 writes, 900 rows",
    );
  });

  it("is the lag by peer and by region", () => {
    const lag = {
      nodeId: "eu-west-1",
      peers: [
        { nodeId: "us-east-1", region: "us-east", dotsBehind: 1_000, dotsMissing: 0, partitionsBehind: 12 },
      ],
      regions: [{ region: "us-east", count: 5_000, p50Ms: 41.2, p99Ms: 1_250, maxMs: 2_000 }],
    };
    expect(lagText(lag).split("\n")).toEqual([
      "as eu-west-1 sees it, in writes",
      "",
      "PEER       REGION   IT LACKS  WE LACK  PARTITIONS BEHIND",
      "us-east-1  us-east     1,000        0                 12",
      "",
      "WRITTEN IN  ARRIVED    P50    P99    MAX",
      "us-east       5,000  41 ms  1.3 s  2.0 s",
    ]);
    expect(lagText({ nodeId: "a", peers: [], regions: [] })).toContain("it has no peers");
  });

  it("is what came of a repair", () => {
    const outcome = {
      partitionsCompared: 2_048,
      partitionsDiffering: 1,
      rowsRepaired: 1_234,
      rowsHealed: 5,
      nodesMissed: [],
    };
    expect(repairText(outcome).split("\n")).toEqual([
      "compared       2,048",
      "differed       1",
      "rows repaired  1,234",
      "rows healed    5",
    ]);
    expect(repairText({ ...outcome, nodesMissed: ["a", "b"] })).toMatch(/\nnot reached +a, b$/);
  });

  it("is what is kept for peers that are away", () => {
    const counts = { created: 1_200, delivered: 200, expired: 0, dropped: 0, copiesHeld: 7 };
    const back = { ...counts, nodeId: "us-east-1", pending: 1_000, oldestAgeMs: 3_600_000 };
    const gone = { ...counts, nodeId: "b", pending: 0, expired: 1_000, oldestAgeMs: 14_400_000 };
    const still = { ratePerSecond: 0, estimatedMs: 0, isFullSyncDue: true };
    const peers = [
      { ...back, ratePerSecond: 250, estimatedMs: 4_000, isFullSyncDue: false },
      { ...gone, ...still },
    ];
    expect(hintsText({ peers }).split("\n")).toEqual([
      "PEER       AWAY FOR  PENDING  A SECOND  DONE IN  CREATED  DELIVERED  EXPIRED  DROPPED  COPIES  THEN",
      "us-east-1     1.0 h    1,000       250    4.0 s    1,200        200        0        0       7",
      "b             4.0 h        0         -        -    1,200        200    1,000        0       7  full sync",
    ]);
    expect(hintsText({ peers: [] })).toBe("the node has no peers");
  });

  it("is the digest", () => {
    expect(digestText({ ...digest("a", { 0: "aa" }, "ff"), rows: 1_000 }).split("\n")).toEqual([
      "node        a",
      "digest      ff",
      "partitions  1",
      "rows        1,000",
    ]);
  });
});
