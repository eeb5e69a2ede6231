/** (p) What replicas that may have forgotten must not do, and what shows that one is not aware of it. */
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../../src/causality/index.js";
import {
  appendMessage,
  beginFrame,
  type Doubt,
  encodeRowKey,
  type Message,
  type PartitionRecord,
  sealRecord,
  writePartition,
} from "../../../../src/codec/index.js";
import { DataType } from "../../../../src/crdt/index.js";
import type { NodeInspection } from "../../../../src/node/index.js";
import { newDoubt } from "../../../../src/replica/index.js";
import { DiskClocks } from "../../../../src/simulator/disk-clocks.js";
import { DoubtWatch } from "../../../../src/simulator/doubt-watch.js";
import { checkDoubts } from "../../../../src/simulator/invariants/doubts.js";
import { partitionKey } from "../../../../src/storage/index.js";

const KEY = partitionKey(0);
const PAST = actorOf(1, 1);

function sealed(record: PartitionRecord): Buffer {
  return sealRecord(Buffer.from(KEY, "latin1"), (writer) => writePartition(writer, record));
}

/** What saves partition 0 with a clock that has dots of the first incarnation of member 1 up to a counter. */
function saved(counter: number, doubt?: Doubt) {
  const clock = VersionVector.from([[PAST, counter]]);
  return { key: KEY, value: sealed({ clock, floor: new VersionVector(), doubt }) };
}

describe("(p) an empty replica", () => {
  it("mints nothing before it has heard another one", () => {
    const clocks = new DiskClocks();
    clocks.batchWritten(1, [saved(1, { ...newDoubt("empty"), settled: [2] })]);
    clocks.minted(1, 0);
    expect(() => checkDoubts(clocks.doubts)).not.toThrow();
    clocks.batchWritten(1, [saved(1, newDoubt("empty"))]);
    clocks.batchWritten(1, [saved(2, newDoubt("empty"))]);
    clocks.minted(1, 0);
    expect(() => checkDoubts(clocks.doubts)).toThrow("node 1 mints in partition 0");
  });

  it("mints nothing with its first batch", () => {
    const clocks = new DiskClocks();
    clocks.batchWritten(1, [saved(1, newDoubt("empty"))]);
    clocks.minted(1, 0);
    expect(() => checkDoubts(clocks.doubts)).toThrow("node 1 mints in partition 0");
  });

  it("may mint what its doubt, which begins anew, goes to the disk with", () => {
    const clocks = new DiskClocks();
    clocks.batchWritten(1, [saved(1, { ...newDoubt("empty"), settled: [2] })]);
    clocks.batchWritten(1, [saved(2, newDoubt("empty"))]);
    clocks.minted(1, 0);
    expect(() => checkDoubts(clocks.doubts)).not.toThrow();
  });
});

describe("(p) a replica that has forgotten what it minted", () => {
  /** Its disk went back to the first of three dots, and it starts on that. */
  function wentBack(): DiskClocks {
    const clocks = new DiskClocks();
    clocks.batchWritten(1, [saved(3)]);
    clocks.started(1, 1, (key) => (key === KEY ? saved(1).value : undefined));
    return clocks;
  }

  it("is in doubt before it has that from others", () => {
    const clocks = wentBack();
    clocks.batchWritten(1, [saved(1, newDoubt("regressed"))]);
    clocks.batchWritten(1, [saved(3, newDoubt("regressed"))]);
    clocks.batchWritten(1, [saved(3)]);
    expect(() => checkDoubts(clocks.doubts)).not.toThrow();
  });

  it("is found out if it is not", () => {
    const clocks = wentBack();
    clocks.batchWritten(1, [saved(3)]);
    expect(() => checkDoubts(clocks.doubts)).toThrow("node 1 takes 1.1:3 of partition 0 from others");
  });

  it("is one that had minted it in an earlier process", () => {
    const clocks = new DiskClocks();
    clocks.started(1, 1, () => undefined);
    for (const counter of [1, 2]) clocks.batchWritten(1, [saved(counter)]);
    clocks.started(1, 1, () => saved(2).value);
    expect(() => checkDoubts(clocks.doubts)).not.toThrow();
  });
});

describe("(p) a replica in doubt", () => {
  const rowKey = encodeRowKey(DataType.register, "b", Buffer.from("k"));
  const vote = { kind: "same", clock: new VersionVector() } as const;
  const readRequest: Message = {
    type: "read-request",
    id: 7,
    partition: 0,
    rowKey,
    against: undefined,
  };
  const pageRequest: Message = {
    type: "catch-up-request",
    partition: 0,
    session: 7,
    target: undefined,
    position: new VersionVector(),
    rows: undefined,
  };
  const page: Message = {
    type: "catch-up-page",
    partition: 0,
    session: 7,
    hlc: 1n,
    body: { kind: "below-floor" },
  };

  /** Nodes 1 and 2, of which 1 is in doubt by its disk. */
  function watch(doubtInside: Doubt | undefined) {
    const inspection = (doubt: Doubt | undefined): NodeInspection => ({
      incarnation: 2,
      partitions: [{ partition: 0, clock: [], durableClock: [], floor: [], closed: [], doubt }],
      fills: {},
    });
    const nodes = [1, 2].map((number) => ({
      member: { number },
      api: { inspect: () => inspection(number === 1 ? doubtInside : undefined) },
    }));
    const clocks = new DiskClocks();
    clocks.batchWritten(1, [saved(1, newDoubt("regressed"))]);
    const watched = new DoubtWatch(nodes, clocks.doubts);
    const deliver = (from: number, to: number, message: Message): void => {
      const frame = beginFrame();
      appendMessage(frame, message);
      watched.frameDelivered(from, to, frame.take());
    };
    return { check: () => checkDoubts(watched), clocks, deliver, nodes };
  }

  it("votes in no read", () => {
    const { check, deliver } = watch(newDoubt("regressed"));
    deliver(2, 1, readRequest);
    deliver(1, 2, { type: "read-reply", id: 7, body: { kind: "refused", reason: "in-doubt" } });
    expect(check).not.toThrow();
    deliver(2, 1, readRequest);
    deliver(1, 2, { type: "read-reply", id: 7, body: vote });
    expect(check).toThrow("node 1 votes in a read of partition 0, and is in doubt there");
  });

  it("may vote as soon as it is in doubt no more, before its disk says so", () => {
    const { check, deliver } = watch(undefined);
    deliver(2, 1, readRequest);
    deliver(1, 2, { type: "read-reply", id: 7, body: vote });
    expect(check).not.toThrow();
  });

  it("is not mistaken for a process before or after it", () => {
    const { check, deliver, nodes } = watch(newDoubt("regressed"));
    const [first] = nodes;
    deliver(2, 1, readRequest);
    if (first !== undefined) first.api = { inspect: first.api.inspect };
    deliver(1, 2, { type: "read-reply", id: 7, body: vote });
    expect(check).not.toThrow();
  });

  it("is no source", () => {
    const { check, deliver } = watch(newDoubt("regressed"));
    deliver(2, 1, pageRequest);
    deliver(1, 2, page);
    expect(check).toThrow("node 1 is a source of partition 0, and is in doubt there");
  });

  it("is a source for one that is in doubt, too", () => {
    const { check, clocks, deliver } = watch(newDoubt("regressed"));
    clocks.batchWritten(2, [saved(1, newDoubt("regressed"))]);
    deliver(2, 1, pageRequest);
    deliver(1, 2, page);
    expect(check).not.toThrow();
  });
});
