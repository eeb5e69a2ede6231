/** The invariants that look at what nodes do, and not at what clients are told. */
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../../src/causality/index.js";
import {
  encodeRowKey,
  sealRecord,
  writeLogEntry,
  writePartition,
  writeRow,
} from "../../../../src/codec/index.js";
import { ABSENT_ROW, DataType } from "../../../../src/crdt/index.js";
import type { NodeCounters } from "../../../../src/node/index.js";
import { catchUpKey, type PeerHints } from "../../../../src/replication/index.js";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { DiskClocks } from "../../../../src/simulator/disk-clocks.js";
import { DotLedger } from "../../../../src/simulator/dot-ledger.js";
import { CutPeers } from "../../../../src/simulator/invariants/cut-peers.js";
import { checkNothingOfThePast } from "../../../../src/simulator/invariants/dots.js";
import { checkDurable, checkReadDurable } from "../../../../src/simulator/invariants/durability.js";
import { checkNotForgottenEarly } from "../../../../src/simulator/invariants/forgetting.js";
import { checkFullSyncs, checkLogsKept } from "../../../../src/simulator/invariants/full-syncs.js";
import { CutHints } from "../../../../src/simulator/invariants/hints.js";
import { checkNothingRepaired } from "../../../../src/simulator/invariants/repairs.js";
import { checkStampAboveRead, checkStamps } from "../../../../src/simulator/invariants/stamps.js";
import { logKey, metaKey, partitionKey, rowStoreKey } from "../../../../src/storage/index.js";

const ONE = actorOf(1, 1);
const DOT = { actor: ONE, counter: 2 };

/** What saves partition 0 with a clock: up to a counter, and what is closed and forgotten of member 1. */
function clocked(counter: number, closed = 0, forgotten = 0) {
  const key = partitionKey(0);
  const clock = VersionVector.from([[ONE, counter]]);
  clock.close(1, closed);
  const floor = new VersionVector();
  floor.close(1, forgotten);
  const value = sealRecord(Buffer.from(key, "latin1"), (writer) =>
    writePartition(writer, { clock, floor, doubt: undefined }),
  );
  return { key, value };
}

const ROW_KEY = encodeRowKey(DataType.register, "b", Buffer.from("k"));
const ROW = rowStoreKey(0, ROW_KEY);

function tombstone(counter: number, hlc = 1n) {
  const payload = { hlc, isTombstone: true, encoding: 0, expiresAtMs: 0, data: Buffer.alloc(0) } as const;
  const row = { ...ABSENT_ROW, live: [{ actor: ONE, counter, payload }] };
  return { key: ROW, value: sealRecord(Buffer.from(ROW, "latin1"), (writer) => writeRow(writer, row)) };
}

function stamped(member: number, counter: number, hlc: bigint) {
  const key = logKey(0, actorOf(member, 1), counter);
  const rowKey = encodeRowKey(DataType.register, "b", Buffer.from("k"));
  const value = sealRecord(Buffer.from(key, "latin1"), (writer) =>
    writeLogEntry(writer, { rowKey, requestId: undefined, following: 0, hlc }),
  );
  return { key, value };
}

describe("(k) an acknowledged write", () => {
  it("is on as many disks", () => {
    const clocks = new DiskClocks();
    clocks.batchWritten(1, [clocked(2)]);
    clocks.batchWritten(2, [clocked(1)]);
    expect(() => checkDurable(clocks, 0, DOT, 1)).not.toThrow();
    expect(() => checkDurable(clocks, 0, DOT, 2)).toThrow("2 acknowledgements and is on 1 disks");
    clocks.batchWritten(2, [clocked(2)]);
    expect(() => checkDurable(clocks, 0, DOT, 2)).not.toThrow();
  });

  it("may be on the disk of a node that never heard so before it started anew", () => {
    const clocks = new DiskClocks();
    const { key, value } = clocked(2);
    clocks.started(3, 1, (asked) => (asked === key ? value : undefined));
    expect(() => checkDurable(clocks, 0, DOT, 1)).not.toThrow();
  });

  it("is on a disk before it is read", () => {
    const clocks = new DiskClocks();
    clocks.batchWritten(1, [clocked(1)]);
    expect(() => checkReadDurable(clocks, 0, [{ actor: ONE, counter: 1 }])).not.toThrow();
    expect(() => checkReadDurable(clocks, 0, [DOT])).toThrow("1.1:2 of partition 0, which is on no disk");
  });
});

describe("(h) what is forgotten", () => {
  const early = (clocks: DiskClocks) => () => checkNotForgottenEarly(clocks);

  it("is a tombstone that all have seen", () => {
    const clocks = new DiskClocks();
    for (const node of [1, 2]) clocks.batchWritten(node, [clocked(2)]);
    clocks.batchWritten(1, [tombstone(2)]);
    clocks.batchWritten(1, [{ key: ROW, value: undefined }]);
    expect(early(clocks)).not.toThrow();
    clocks.batchWritten(1, [tombstone(3)]);
    clocks.batchWritten(1, [{ key: ROW, value: undefined }]);
    expect(early(clocks)).toThrow("purges the tombstone 1.1:3 of partition 0");
  });

  it("is no tombstone above what its node lacks of the row, and another one holds", () => {
    const clocks = new DiskClocks();
    const purge = (node: number): void => {
      clocks.batchWritten(node, [tombstone(2, 5n)]);
      clocks.batchWritten(node, [{ key: ROW, value: undefined }]);
    };
    for (const node of [1, 2]) clocks.batchWritten(node, [clocked(2)]);
    clocks.batchWritten(2, [stamped(1, 3, 6n), clocked(3)]);
    purge(1);
    expect(early(clocks)).not.toThrow();
    clocks.batchWritten(2, [stamped(1, 4, 4n), clocked(4)]);
    purge(2);
    expect(early(clocks)).not.toThrow();
    purge(1);
    expect(early(clocks)).toThrow("node 1 purges the tombstone 1.1:2 of partition 0, and has not seen 1.1:4");
  });

  it("may be a tombstone above what only a closed actor's own disk had", () => {
    const clocks = new DiskClocks();
    clocks.batchWritten(3, [stamped(1, 4, 4n)]);
    clocks.batchWritten(1, [clocked(2)]);
    clocks.batchWritten(2, [clocked(2, 1)]);
    clocks.batchWritten(1, [tombstone(2, 5n)]);
    clocks.batchWritten(1, [{ key: ROW, value: undefined }]);
    expect(early(clocks)).not.toThrow();
  });

  it("is an actor of whom all hold the same when it is closed", () => {
    const clocks = new DiskClocks();
    for (const node of [1, 2]) clocks.batchWritten(node, [clocked(2)]);
    clocks.batchWritten(1, [clocked(2, 1)]);
    expect(early(clocks)).not.toThrow();
    const others = new DiskClocks();
    for (const node of [1, 2, 3]) others.batchWritten(node, [clocked(node === 3 ? 1 : 2)]);
    others.batchWritten(2, [clocked(2, 1)]);
    expect(early(others)).toThrow("node 2 closes 1.1:2 in partition 0, and node 3 holds 1");
  });

  it("may be closed by whoever takes over the clock of one that has, though a replica is new since then", () => {
    const clocks = new DiskClocks();
    for (const node of [1, 2]) clocks.batchWritten(node, [clocked(2)]);
    clocks.batchWritten(1, [clocked(2, 1)]);
    clocks.batchWritten(3, [clocked(1)]);
    clocks.batchWritten(2, [clocked(2, 1)]);
    expect(early(clocks)).not.toThrow();
  });

  it("is an entry that all have closed", () => {
    const clocks = new DiskClocks();
    for (const node of [1, 2]) clocks.batchWritten(node, [clocked(2)]);
    clocks.batchWritten(1, [clocked(2, 1)]);
    clocks.batchWritten(1, [clocked(2, 1, 1)]);
    expect(early(clocks)).toThrow("node 1 forgets member 1 up to 1 in partition 0, and node 2");
  });

  it("may have been lost by a disk since all had said that they hold it", () => {
    const closedBeside = (lost: number): DiskClocks => {
      const clocks = new DiskClocks();
      clocks.diskLost(lost, "seen");
      for (const node of [1, 2, 3]) clocks.batchWritten(node, [clocked(node === 3 ? 1 : 2)]);
      clocks.batchWritten(1, [clocked(2, 1)]);
      return clocks;
    };
    expect(early(closedBeside(3))).not.toThrow();
    expect(early(closedBeside(2))).toThrow("node 1 closes 1.1:2 in partition 0, and node 3 holds 1");
  });
});

describe("(g) a past actor", () => {
  const key = metaKey("incarnation/1");
  const value = sealRecord(Buffer.from(key, "latin1"), (writer) => writer.varint(2));
  const catchUp = { key: catchUpKey(0), value: undefined };

  it("sends nothing live any more, and may be caught up with", () => {
    const clocks = new DiskClocks();
    clocks.batchWritten(2, [clocked(1)]);
    clocks.batchWritten(2, [clocked(2), { key, value }]);
    clocks.batchWritten(2, [clocked(3), catchUp]);
    expect(() => checkNothingOfThePast(clocks)).not.toThrow();
    clocks.batchWritten(2, [clocked(4)]);
    expect(() => checkNothingOfThePast(clocks)).toThrow("node 2 applies 1.1:4 of partition 0 live");
  });
});

describe("(l) a stamp", () => {
  it("lies above all that the disk held before", () => {
    const ledger = new DotLedger();
    ledger.batchWritten(2, [stamped(1, 1, 7n)], () => undefined);
    ledger.batchWritten(2, [stamped(2, 1, 8n)], () => undefined);
    expect(() => checkStamps(ledger)).not.toThrow();
    ledger.batchWritten(2, [stamped(2, 2, 8n)], () => undefined);
    expect(() => checkStamps(ledger)).toThrow("dot 2.1:2 of partition 0 has stamp 8");
  });

  it("lies above what the client had read", () => {
    expect(() => checkStampAboveRead(8n, 7n)).not.toThrow();
    expect(() => checkStampAboveRead(7n, 7n)).toThrow("had read 7");
  });

  it("may lie below what the disk has lost", () => {
    const ledger = new DotLedger();
    ledger.batchWritten(2, [stamped(1, 1, 7n)], () => undefined);
    ledger.diskLost(2);
    ledger.batchWritten(2, [stamped(2, 1, 5n)], () => undefined);
    expect(() => checkStamps(ledger)).not.toThrow();
  });
});

describe("(m) repairs", () => {
  const check = (number: number, counters: NodeCounters, budget: DamageBudget) => () =>
    checkNothingRepaired({ nodeId: `n${number}`, number }, counters, budget);

  it("are for disks that lost something", () => {
    const budget = new DamageBudget(1);
    expect(check(1, { rows_repaired: 3 }, budget)).not.toThrow();
    expect(check(1, { rows_outvoted: 1 }, budget)).toThrow(
      "no disk lost anything, and n1 counts 1 rows_outvoted",
    );
    expect(check(2, { stores_regressed: 1 }, budget)).toThrow("1 stores_regressed");
    budget.destroyed(1, 5, "seen");
    expect(check(1, { rows_outvoted: 1 }, budget)).not.toThrow();
    expect(check(2, { stores_regressed: 1 }, budget)).not.toThrow();
    expect(check(2, { rows_outvoted: 1 }, budget)).toThrow(
      "no disk of its own lost anything, and n2 counts 1",
    );
  });

  it("are not of rows that differ when a copy older than a loss brought back what others were done with", () => {
    const budget = new DamageBudget(1);
    budget.destroyed(1, 5, "seen", 3);
    budget.destroyed(1, 9, "unseen", 6);
    expect(check(2, { rows_outvoted: 1 }, budget)).toThrow("n2 counts 1 rows_outvoted");
    budget.destroyed(1, 12, "unseen", 8);
    expect(check(2, { rows_outvoted: 1 }, budget)).not.toThrow();
    expect(check(2, { rows_lost: 1 }, budget)).toThrow("n2 counts 1 rows_lost");
  });

  it("are not looked at where a member was removed, for others took its place", () => {
    const budget = new DamageBudget(1);
    budget.destroyed(1, 5, "removed");
    expect(check(2, { rows_outvoted: 1 }, budget)).not.toThrow();
  });
});

describe("(n) full syncs", () => {
  const kept = {
    fsync: "always",
    maxSiblings: 100,
    rowCacheBytes: 0,
    requestIdWindowMs: 8_000,
    maxHintWindowMs: 1e8,
    hintBudgetBytes: 1e9,
    catchUpPageBytes: 200,
    catchUpBytesPerSecond: 1e6,
    auditIntervalMs: 10_000,
  } as const;

  it("are for those whose log was cut, or who lost what they held", () => {
    const budget = new DamageBudget(1);
    const check = (settings: typeof kept | { maxHintWindowMs: number }) => () =>
      checkFullSyncs("eu-1", { full_syncs: 1 }, { settings: { ...kept, ...settings }, swarm: [] }, budget);
    expect(check(kept)).toThrow("eu-1 had to fetch all rows");
    expect(check({ maxHintWindowMs: 5_000 })).not.toThrow();
    budget.destroyed(1, 5, "seen");
    expect(check(kept)).not.toThrow();
  });

  /** Node 1 has trimmed its log up to 2; and `others` have clocks up to these counters. */
  function trimmed(...others: number[]): DiskClocks {
    const clocks = new DiskClocks();
    for (const [i, counter] of others.entries()) clocks.batchWritten(i + 2, [clocked(counter)]);
    clocks.batchWritten(1, [clocked(3)]);
    const clock = VersionVector.from([[ONE, 3]]);
    const floor = VersionVector.from([[ONE, 2]]);
    const key = partitionKey(0);
    const value = sealRecord(Buffer.from(key, "latin1"), (writer) =>
      writePartition(writer, { clock, floor, doubt: undefined }),
    );
    clocks.batchWritten(1, [{ key, value }]);
    return clocks;
  }

  it("are not needed for what was in every log", () => {
    const plan = { settings: kept, swarm: [] };
    expect(() => checkLogsKept(trimmed(2, 3), plan)).not.toThrow();
    expect(() => checkLogsKept(trimmed(3, 1), plan)).toThrow(
      "node 1 trims its log of partition 0 up to 1.1:2, and node 3 holds 1",
    );
    const cut = { settings: { ...kept, hintBudgetBytes: 300 }, swarm: [] };
    expect(() => checkLogsKept(trimmed(3, 1), cut)).not.toThrow();
  });
});

describe("(o) nodes between which one direction is cut", () => {
  function nodeNamed(nodeId: string, number: number, peer: string, isAlive: boolean) {
    return {
      member: { nodeId, number },
      isUp: true,
      api: { status: () => ({ peers: [{ nodeId: peer, isAlive }] }) },
    };
  }
  /** From the first to the second, since the beginning. */
  const cut = (from: number, to: number): number | undefined => (from === 1 && to === 2 ? 0 : undefined);

  it.each([
    ["the one that is not heard", true, false, "a takes b"],
    ["the one that does not hear", false, true, "b takes a"],
  ])("stop counting on each other: %s", (_who, isBAlive, isAAlive, message) => {
    const nodes = [nodeNamed("a", 1, "b", isBAlive), nodeNamed("b", 2, "a", isAAlive)];
    const peers = new CutPeers([]);
    peers.check(nodes, cut, 0);
    expect(() => peers.check(nodes, cut, 5_000)).not.toThrow();
    expect(() => peers.check(nodes, cut, 6_000)).toThrow(message);
    expect(() => peers.check(nodes, () => undefined, 6_000)).not.toThrow();
  });

  it("are not looked at where faults delay what was sent before", () => {
    const nodes = [nodeNamed("a", 1, "b", true), nodeNamed("b", 2, "a", true)];
    const peers = new CutPeers(["packet-loss"]);
    peers.check(nodes, cut, 0);
    expect(() => peers.check(nodes, cut, 6_000)).not.toThrow();
  });
});

describe("(f) hints that are given up", () => {
  const HINTS: PeerHints = {
    nodeId: "b",
    created: 3,
    delivered: 0,
    expired: 0,
    dropped: 0,
    pending: 3,
    copiesHeld: 0,
    oldestAgeMs: 10,
    ratePerSecond: 0,
    estimatedMs: 0,
    isFullSyncDue: false,
  };
  const GONE = { api: {}, isUp: false };

  it.each([
    ["expired", { expired: 3 }, undefined],
    ["delivered", { delivered: 3 }, "gave up 3 hints for b"],
  ])("are counted: %s", (_how, counts, message) => {
    let told: PeerHints = HINTS;
    const node = { member: { nodeId: "a" }, api: { hints: () => [told] } };
    const hints = new CutHints(5_000, []);
    for (const nowMs of [0, 3_000]) hints.check(node, () => GONE, nowMs);
    told = { ...HINTS, pending: 0, isFullSyncDue: true, ...counts };
    const check = (): void => hints.check(node, () => GONE, 4_000);
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it("may be delivered to who comes back for a moment", () => {
    let told: PeerHints = HINTS;
    const node = { member: { nodeId: "a" }, api: { hints: () => [told] } };
    const hints = new CutHints(5_000, []);
    for (const nowMs of [0, 3_000]) hints.check(node, () => GONE, nowMs);
    told = { ...HINTS, pending: 0, isFullSyncDue: true, delivered: 3 };
    expect(() => hints.check(node, () => ({ ...GONE, api: {} }), 4_000)).not.toThrow();
  });

  it("are given up once the window is over", () => {
    let told: PeerHints = { ...HINTS, oldestAgeMs: 8_000 };
    const node = { member: { nodeId: "a" }, api: { hints: () => [told] } };
    const hints = new CutHints(5_000, []);
    const check = (nowMs: number) => () => hints.check(node, () => GONE, nowMs);
    check(0)();
    expect(check(16_000)).not.toThrow();
    told = { ...HINTS, oldestAgeMs: 9_500 };
    expect(check(17_000)).toThrow("a keeps hints for b for 9500 ms");
    told = { ...told, isFullSyncDue: true, expired: 3, pending: 0 };
    expect(check(18_000)).not.toThrow();
  });

  it("may be kept for longer by a process that stands still", () => {
    const node = { member: { nodeId: "a" }, api: { hints: () => [{ ...HINTS, oldestAgeMs: 9_500 }] } };
    const hints = new CutHints(5_000, ["pause"]);
    for (const nowMs of [0, 16_000, 17_000]) expect(() => hints.check(node, () => GONE, nowMs)).not.toThrow();
  });
});
