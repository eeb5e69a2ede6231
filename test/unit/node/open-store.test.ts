import { beforeEach, describe, expect, it } from "vitest";
import { actorOf, INCARNATION_MAX, VersionVector } from "../../../src/causality/index.js";
import { sealRecord, writePartition } from "../../../src/codec/index.js";
import { encodeMark } from "../../../src/node/mark.js";
import {
  FORMAT_VERSION,
  IDENTITY_KEY,
  incarnationKey,
  PROGRESS_KEY,
  sealIdentity,
  sealIncarnation,
} from "../../../src/node/node-record.js";
import { NodeStartError } from "../../../src/node/node-start-error.js";
import { type OpenedStore, openNodeStore } from "../../../src/node/open-store.js";
import { catchUpKey, sealCatchUp } from "../../../src/replication/catch-up-record.js";
import { type Change, StoreError } from "../../../src/runtime/index.js";
import { type SimulatedHost, SimulatedWorld } from "../../../src/runtime/simulated/index.js";
import { partitionKey, type StoreKey } from "../../../src/storage/index.js";
import { createLayout, type Layout, type Member } from "../../../src/topology/index.js";

function member(number: number): Member {
  const at = (base: number): string => `127.0.0.1:${base + number}`;
  const addresses = { clientAddress: at(1000), peerAddress: at(2000), adminAddress: at(3000) };
  return { number, nodeId: `n${number}`, region: "eu", zone: "a", host: `h${number}`, ...addresses };
}

function layoutOf(clusterId = "c", partitionCount = 4): Layout {
  return createLayout({ clusterId, partitionCount, replicasPerRegion: 2, members: [member(1), member(2)] });
}

interface Plan {
  readonly layout?: Layout;
  readonly self?: Member;
  readonly minimumIncarnation?: number;
}

describe("opening a node's folder", () => {
  let world: SimulatedWorld;
  let host: SimulatedHost;

  beforeEach(() => {
    world = new SimulatedWorld(1);
    host = world.addNode(1, { region: "eu" });
  });

  /** Opens it, hands over the store, and closes it again. */
  function open(plan: Plan = {}, runtime = host.runtime): OpenedStore | Error {
    let result: OpenedStore | Error | undefined;
    const { layout = layoutOf(), self = member(1), minimumIncarnation = 0 } = plan;
    openNodeStore(runtime, { layout, self, minimumIncarnation }, (error, opened) => {
      if (opened === undefined) {
        result = error;
        return;
      }
      opened.store.close(() => {
        result = opened;
      });
    });
    world.time.runFor(100);
    if (result === undefined) throw new Error("it did not open");
    return result;
  }

  function opened(plan: Plan = {}, runtime = host.runtime): OpenedStore {
    const result = open(plan, runtime);
    if (result instanceof Error) throw result;
    return result;
  }

  function refusal(plan: Plan = {}): string {
    const result = open(plan);
    if (!(result instanceof NodeStartError)) throw new Error(`not refused: ${String(result)}`);
    return result.message;
  }

  /** Changes the store behind the node's back. */
  function write(key: StoreKey, value: Buffer | undefined): void {
    host.runtime.disk.openStore((_error, store) => {
      const changes: Change[] = [{ key: Buffer.from(key, "latin1"), value }];
      store?.write(changes, true, () => store.close(() => undefined));
    });
    world.time.runFor(100);
  }

  it("begins a new one in doubt, for it holds nothing", () => {
    const { incarnation, partitions, batches } = opened();
    expect(incarnation).toBeGreaterThan(31_000_000 * 32);
    expect(batches).toBe(0);
    expect([...partitions.keys()]).toEqual([0, 1, 2, 3]);
    for (const { clock, doubt } of partitions.values()) {
      expect(clock.size).toBe(0);
      expect(doubt).toMatchObject({ cause: "empty", hasCaughtUp: false });
    }
  });

  it("takes a new incarnation each time, by the clock, above what a peer knew and what the mark says", () => {
    const first = opened().incarnation;
    expect(opened().incarnation).toBeGreaterThan(first);
    expect(opened({ minimumIncarnation: first + 1_500 }).incarnation).toBeGreaterThan(first + 1_499);
    const mark = { incarnation: first + 1_900, batches: 0, salvagedIn: 0, wasStoppedCleanly: true };
    host.runtime.disk.mark.write(encodeMark(mark));
    expect(opened().incarnation).toBeGreaterThan(first + 1_900);
    world.time.runFor(2_000_000);
    expect(opened().incarnation).toBeGreaterThan(first + 63_990);
  });

  it("takes a later incarnation after a lost disk, too, however often it is lost in a second", () => {
    const { clock } = host.runtime;
    const startMs = clock.wallMs();
    let last = 0;
    for (let atMs = startMs; atMs < startMs + 1_000; atMs += 40) {
      host.disk.wipe();
      const { incarnation } = opened(
        {},
        { ...host.runtime, clock: { wallMs: () => atMs, monotonicMs: () => clock.monotonicMs() } },
      );
      expect(incarnation).toBeGreaterThan(last);
      last = incarnation;
    }
  });

  it("takes none that is no incarnation, and changes nothing", () => {
    expect(refusal({ minimumIncarnation: INCARNATION_MAX + 1 })).toMatch(/set this machine's clock/);
    expect(opened({ minimumIncarnation: INCARNATION_MAX }).incarnation).toBe(INCARNATION_MAX);
  });

  it.each<[string, Plan, RegExp]>([
    ["another cluster", { layout: layoutOf("d") }, /belongs to cluster c, and this node is configured as d/],
    ["another node", { self: { ...member(1), nodeId: "n9" } }, /belongs to node n1, .* as n9/],
    [
      "another member number",
      { self: { ...member(2), nodeId: "n1" } },
      /belongs to member number 1, .* as 2/,
    ],
    [
      "another partition count",
      { layout: layoutOf("c", 8) },
      /a cluster with a partition count of 4, .* as 8/,
    ],
  ])("refuses the folder of %s, and changes nothing", (_what, plan, words) => {
    const before = opened().incarnation;
    expect(refusal(plan)).toMatch(words);
    expect(refusal(plan)).toMatch(/nothing was changed/);
    expect(opened().incarnation).toBeGreaterThan(before);
  });

  /** A clock and a floor of no entries and no closed members, and no doubt. */
  const EMPTY_PARTITION = Buffer.from([0, 0, 0, 0, 0]);

  it("refuses a folder of a newer format, and says which version of the program it needs", () => {
    opened();
    const identity = { formatVersion: FORMAT_VERSION + 1, clusterId: "c", nodeId: "n1", number: 1 };
    write(IDENTITY_KEY, sealIdentity({ ...identity, partitionCount: 4 }));
    expect(refusal()).toMatch(/has format 3, and this version of AtollDB reads format 2/);
  });

  it("refuses a folder that does not say whose it is any more, and says what to do", () => {
    opened();
    for (const key of [IDENTITY_KEY, PROGRESS_KEY])
      for (const value of [Buffer.from("garbage of no record"), undefined]) {
        const disk = host.disk.snapshot();
        write(key, value);
        expect(refusal()).toMatch(/damaged .*nothing was changed.*empty folder/);
        host.disk.rollback(disk, "store");
      }
    opened();
  });

  it("goes on without what it knew of a member when that is damaged", () => {
    opened();
    write(incarnationKey(2), sealIncarnation(2, 77));
    expect(opened().incarnations.get(2)).toBe(77);
    write(incarnationKey(2), Buffer.from("garbage of no record"));
    expect(opened().incarnations.get(2)).toBeUndefined();
  });

  it("doubts a store of an earlier life, however many batches that had", () => {
    opened();
    const key = partitionKey(0);
    write(
      key,
      sealRecord(Buffer.from(key, "latin1"), (writer) => writer.raw(EMPTY_PARTITION)),
    );
    const before = host.disk.snapshot();
    const doubt = (): unknown => opened().partitions.get(0)?.doubt?.cause;
    expect(doubt()).toBeUndefined();
    host.disk.rollback(before, "store");
    expect(doubt()).toBe("regressed");
    // And it goes on doubting, though it ended before it had anything else to write.
    expect(doubt()).toBe("regressed");
  });

  it("doubts a store that has fewer batches than its mark, or no mark, or garbage for one", () => {
    opened();
    const key = partitionKey(0);
    const body = EMPTY_PARTITION;
    write(
      key,
      sealRecord(Buffer.from(key, "latin1"), (writer) => writer.raw(body)),
    );
    const doubt = (): unknown => opened().partitions.get(0)?.doubt?.cause;
    expect(doubt()).toBeUndefined();
    const mark = { incarnation: 1, batches: 1, salvagedIn: 0, wasStoppedCleanly: true };
    host.runtime.disk.mark.write(encodeMark(mark));
    expect(doubt()).toBe("regressed");
    host.runtime.disk.mark.write(Buffer.from("garbage"));
    expect(doubt()).toBe("regressed");
    const disk = host.disk.snapshot();
    host.disk.rollback({ ...disk, mark: undefined }, "disk");
    expect(doubt()).toBe("regressed");
  });

  it("salvages a repaired store again when it went back to before it was", () => {
    opened();
    const key = partitionKey(0);
    const record = {
      clock: VersionVector.from([[actorOf(2, 1), 3]]),
      floor: new VersionVector(),
      doubt: undefined,
    };
    const body = sealRecord(Buffer.from(key, "latin1"), (writer) => writePartition(writer, record));
    write(catchUpKey(1), Buffer.from("lost with a table"));
    write(key, body);
    expect(host.disk.loseTableNoticed((each) => each.toString("latin1") === catchUpKey(1))).toBe(1);
    const repaired = host.disk.snapshot();
    const clock = (): number | undefined => opened().partitions.get(0)?.clock.size;
    expect(clock()).toBe(0);
    for (let times = 0; times < 2; times++) {
      host.disk.rollback(repaired, "store");
      expect(clock()).toBe(0);
    }
    // What it wrote since is trusted.
    write(key, body);
    expect(clock()).toBe(1);
  });

  it("doubts a partition whose clock is damaged, and it alone", () => {
    opened();
    for (const partition of [0, 1]) {
      const key = partitionKey(partition);
      const record = sealRecord(Buffer.from(key, "latin1"), (writer) => writer.raw(EMPTY_PARTITION));
      if (partition === 1) record.writeUInt8(0xff, 1);
      write(key, record);
    }
    const { partitions } = opened();
    expect(partitions.get(0)?.doubt).toBeUndefined();
    expect(partitions.get(1)?.doubt?.cause).toBe("empty");
  });

  it("goes on with no catch-up of a partition whose clock is damaged: what it brought may be gone", () => {
    opened();
    const nothing = new VersionVector();
    const target = VersionVector.from([[actorOf(2, 1), 3]]);
    const record = {
      begin: nothing,
      target,
      position: target,
      rows: undefined,
      floor: undefined,
      leftOut: undefined,
    };
    for (const partition of [0, 1]) write(catchUpKey(partition), sealCatchUp(partition, record));
    const key = partitionKey(1);
    const clock = sealRecord(Buffer.from(key, "latin1"), (writer) => writer.raw(EMPTY_PARTITION));
    clock.writeUInt8(0xff, 1);
    write(key, clock);
    expect([...opened().catchUps.keys()]).toEqual([0]);
    expect([...opened().catchUps.keys()]).toEqual([0]);
  });

  it("says what the disk says when it cannot be opened, or written", () => {
    host.disk.full = true;
    expect(open()).toBeInstanceOf(StoreError);
    host.disk.full = false;
    host.disk.failNextWrite("IO");
    expect(open()).toMatchObject({ code: "IO" });
    expect(open()).not.toBeInstanceOf(Error);
  });
});
