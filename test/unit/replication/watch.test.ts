/** Who serves a watch, what it is told when replicas lack what it was shown, and that a scan behind it misses nothing. */
import { describe, expect, it } from "vitest";
import type { VersionVector } from "../../../src/causality/index.js";
import { decodeRowKey, decodeWatch, rowKeysOfBucket } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { newDoubt } from "../../../src/replica/index.js";
import type { Failure, OperationOptions, WatchHandle } from "../../../src/replication/index.js";
import { Lab } from "./lab.js";

const NONE = Buffer.alloc(0);
const RANGE = rowKeysOfBucket(DataType.register, "b", { prefix: NONE, start: NONE, end: undefined }, false);
const ONE = { consistency: { level: "ONE" } } as const;

function put(
  lab: Lab,
  at: number,
  key: string,
  value: string,
  options: Partial<OperationOptions> = {},
): void {
  const address = { type: DataType.register, bucket: "b", key: Buffer.from(key) };
  const stored = { data: Buffer.from(value), encoding: 0 } as const;
  const outcome = lab.execute(
    at,
    { kind: "put", address, value: stored, context: NONE, condition: undefined },
    options,
  );
  expect(outcome.kind).toBe("written");
}

interface Followed {
  readonly handle: WatchHandle;
  readonly shown: string[];
  failure: Failure | undefined;
}

/** A watch that pulls whatever comes. */
function follow(lab: Lab, at: number, token?: Buffer): Followed {
  const shown: string[] = [];
  const handle = lab.node(at).replicator.watches.begin(
    { range: RANGE, partitions: [0], from: token === undefined ? undefined : decodeWatch(token) },
    {
      began: () => handleOf().pull(),
      changed: (changes) => {
        for (const { reading, rowKey } of changes) {
          const value = reading.kind === "values" ? reading.values[0]?.data.toString() : undefined;
          shown.push(`${decodeRowKey(rowKey).key.toString()}=${value}`);
        }
        handleOf().pull();
      },
      failed: (failure) => {
        followed.failure = failure;
      },
    },
  );
  const handleOf = (): WatchHandle => {
    if ("kind" in handle) throw new Error(handle.message);
    return handle;
  };
  const followed: Followed = { handle: handleOf(), shown, failure: undefined };
  lab.runFor(50);
  return followed;
}

function read(lab: Lab, at: number, session: VersionVector | undefined): string[] {
  const range = { kind: "range", partition: 0, range: RANGE, limit: 10, isKeysOnly: false } as const;
  const outcome = lab.execute(at, range, { session });
  if (outcome.kind !== "page") throw new Error(JSON.stringify(outcome));
  return outcome.rows.map(({ rowKey }) => decodeRowKey(rowKey).key.toString());
}

describe("a read behind the beginning of a watch", () => {
  it("misses what only the watch's replica has, and in the session of the watch does not", () => {
    const lab = new Lab({ eu: 3 });
    lab.loses = (message) => message.type === "delta";
    put(lab, 1, "k", "only here", ONE);
    const { handle } = follow(lab, 1);
    // The others are a quorum, and have never heard of it.
    lab.dead.add(1);
    expect(read(lab, 2, undefined)).toEqual([]);
    lab.dead.clear();
    const seen = handle.seen();
    expect(seen.get(0)?.size).toBe(1);
    expect(read(lab, 2, seen.get(0))).toEqual(["k"]);
    handle.close();
  });
});

describe("a watch that goes on at a replica that lacks what was shown", () => {
  function shownAtOneOnly(): { lab: Lab; token: Buffer } {
    const lab = new Lab({ eu: 3 });
    const first = follow(lab, 1);
    lab.loses = (message) => message.type === "delta";
    put(lab, 1, "k", "only here", ONE);
    lab.runFor(50);
    expect(first.shown).toEqual(["k=only here"]);
    const token = first.handle.token();
    first.handle.close();
    return { lab, token };
  }

  it("is passed on to one that has it", () => {
    const { lab, token } = shownAtOneOnly();
    const second = follow(lab, 2, token);
    lab.runFor(2_000);
    put(lab, 1, "k", "newer", ONE);
    lab.runFor(50);
    expect(second.shown).toEqual(["k=newer"]);
    expect(lab.node(2).environment.counters.get("watch_steps_back")).toBe(0);
    second.handle.close();
  });

  it("steps back where nobody has it, and shows it again once it is there", () => {
    const { lab, token } = shownAtOneOnly();
    lab.dead.add(1);
    lab.loses = (_message, from, to) => from === 1 || to === 1;
    const second = follow(lab, 2, token);
    put(lab, 2, "other", "goes on");
    lab.runFor(4_000);
    expect(second.shown).toEqual(["other=goes on"]);
    expect(lab.node(2).environment.counters.get("watch_steps_back")).toBe(1);
    lab.dead.clear();
    lab.loses = () => false;
    lab.node(2).replicator.watches.peerDown(1);
    const { delta } = lab
      .node(1)
      .sent.map(({ message }) => message)
      .find((message) => message.type === "delta") ?? { delta: undefined };
    if (delta === undefined) throw new Error("nothing was sent");
    expect(lab.node(2).replica.apply(delta)).toBe("applied");
    lab.runFor(100);
    expect(second.shown).toEqual(["other=goes on", "k=only here"]);
    second.handle.close();
  });
});

describe("a watch whose log is gone", () => {
  const ALL = { consistency: { level: "ALL" } } as const;

  /** @param by whose write is in the log no more */
  function trimmedAt(lab: Lab, members: readonly number[], by = 1): Buffer {
    const first = follow(lab, 1);
    const token = first.handle.token();
    first.handle.close();
    put(lab, by, "k", "v", ALL);
    lab.runFor(50);
    for (const member of members) {
      const { environment, replica } = lab.node(member);
      for (const [actor, counter] of replica.clock.entries())
        replica.trimLog(actor, counter, 100, (error) => expect(error).toBeUndefined());
      environment.commit.touch();
    }
    lab.runFor(100);
    return token;
  }

  it("goes on at another replica of the region that has it", () => {
    const lab = new Lab({ eu: 3, us: 1 });
    const token = trimmedAt(lab, [1, 2]);
    const second = follow(lab, 1, token);
    lab.runFor(100);
    expect(second).toMatchObject({ shown: ["k=v"], failure: undefined });
    put(lab, 1, "l", "later");
    lab.runFor(100);
    expect(second.shown).toEqual(["k=v", "l=later"]);
    second.handle.close();
  });

  it("ends with RESYNC also where the log has some of it, that comes first", () => {
    const lab = new Lab({ eu: 3, us: 1 });
    const token = trimmedAt(lab, [1, 2, 3], 2);
    put(lab, 1, "l", "kept", ALL);
    lab.runFor(50);
    const second = follow(lab, 1, token);
    lab.runFor(100);
    expect(second).toMatchObject({ shown: [], failure: { reason: "RESYNC" } });
  });

  it("ends with RESYNC when no replica of the region has it, at once; or after a while where one cannot be asked", () => {
    const lab = new Lab({ eu: 3, us: 1 });
    const token = trimmedAt(lab, [1, 2, 3]);
    expect(follow(lab, 1, token).failure).toMatchObject({ reason: "RESYNC" });
    lab.dead.add(3);
    const waiting = follow(lab, 1, token);
    expect(waiting.failure).toBeUndefined();
    lab.runFor(11_000);
    expect(waiting.failure).toMatchObject({ reason: "RESYNC" });
  });
});

describe("a watch", () => {
  it("shows in pages what does not fit one, each when it is asked for", () => {
    const lab = new Lab({ eu: 3 });
    const large = (at: number): string => String(at).padStart(150_000, "0");
    const first = follow(lab, 1);
    const token = first.handle.token();
    first.handle.close();
    for (let at = 0; at < 5; at++) put(lab, 1, `k${at}`, large(at));
    const handle = lab
      .node(1)
      .replicator.watches.begin(
        { range: RANGE, partitions: [0], from: decodeWatch(token) },
        { began: () => undefined, changed: (changes) => pages.push(changes.length), failed: () => undefined },
      );
    const pages: number[] = [];
    if ("kind" in handle) throw new Error(handle.message);
    lab.runFor(100);
    for (const expected of [[], [2], [2, 2], [2, 2, 1], [2, 2, 1]]) {
      expect(pages).toEqual(expected);
      const resumed = follow(lab, 2, handle.token());
      lab.runFor(100);
      const left = 5 - pages.reduce((sum, count) => sum + count, 0);
      expect(resumed.shown).toEqual([0, 1, 2, 3, 4].slice(5 - left).map((at) => `k${at}=${large(at)}`));
      resumed.handle.close();
      handle.pull();
      lab.runFor(100);
    }
    handle.close();
  });

  it("leaves a replica in doubt to itself, and asks another", () => {
    const lab = new Lab({ eu: 3 });
    lab.node(1).replica.setDoubt(newDoubt("empty"));
    lab.runFor(50);
    const watch = follow(lab, 1);
    put(lab, 2, "k", "v");
    lab.runFor(50);
    expect(watch.shown).toEqual(["k=v"]);
    watch.handle.close();
  });

  it("leaves a peer that is believed dead, before an answer of it would be overdue", () => {
    const lab = new Lab({ eu: 3 });
    lab.node(1).replica.setDoubt(newDoubt("empty"));
    const watch = follow(lab, 1);
    const asked = lab.node(1).sent.find(({ message }) => message.type === "changes-request")?.to;
    if (asked === undefined) throw new Error("nobody was asked");
    lab.loses = (_message, from, to) => from === asked || to === asked;
    lab.dead.add(asked);
    put(lab, asked === 2 ? 3 : 2, "k", "v", ONE);
    lab.runFor(1_000);
    expect(watch.shown).toEqual(["k=v"]);
    watch.handle.close();
  });

  it("fails when every replica of the region knows of a change, and has only a damaged row of it", () => {
    const lab = new Lab({ eu: 3 });
    const watch = follow(lab, 1);
    for (const { replica } of lab.nodes) {
      const { rows } = replica;
      const readDurable = rows.readDurable.bind(rows);
      rows.readDurable = (rowKey) => ({ ...readDurable(rowKey), damagedAt: replica.clock });
    }
    put(lab, 1, "k", "v", { consistency: { level: "ALL" } });
    const before = lab.node(1).sent.length;
    lab.runFor(11_000);
    expect(watch).toMatchObject({ shown: [], failure: { reason: "QUORUM_UNAVAILABLE" } });
    expect(lab.node(1).sent.length - before).toBeLessThan(200);
  });

  it("fails when no replica of the region can be reached", () => {
    const lab = new Lab({ eu: 3 });
    lab.node(1).replica.setDoubt(newDoubt("empty"));
    lab.dead.add(2).add(3);
    const watch = follow(lab, 1);
    lab.runFor(11_000);
    expect(watch.failure).toMatchObject({ reason: "QUORUM_UNAVAILABLE" });
  });

  it("leaves no timer and no question behind", () => {
    const lab = new Lab({ eu: 3 });
    const armed = lab.nodes.map(({ host }) => host.armedTimers);
    lab.node(1).replica.setDoubt(newDoubt("empty"));
    const watches = [follow(lab, 1), follow(lab, 2), follow(lab, 2)];
    put(lab, 2, "k", "v");
    lab.runFor(1_000);
    expect(watches.map(({ shown }) => shown)).toEqual([["k=v"], ["k=v"], ["k=v"]]);
    for (const { handle } of watches) handle.close();
    // What a peer keeps for us ends with its wait.
    lab.runFor(6_000);
    for (const { replicator } of lab.nodes)
      expect(replicator.fills()).toMatchObject({
        watched_partitions: { size: 0 },
        changes_questions: { size: 0 },
      });
    expect(lab.nodes.map(({ host }) => host.armedTimers)).toEqual(armed);
  });
});
