/** Scans of a bucket while nodes fail and rows change: what is there throughout comes exactly once, in order. */
import { describe, expect, it } from "vitest";
import { afterKey, decodeRowKey, encodeRowKey, rowKeysOfBucket } from "../../src/codec/index.js";
import { DataType } from "../../src/crdt/index.js";
import { type Failure, type PageRow, Scan } from "../../src/replication/index.js";
import { SimulatedCluster } from "../../src/simulator/index.js";

const NOTHING = Buffer.alloc(0);
const PARTITIONS = 8;

/** Pages of a scan, each asked of the node that is named for it. */
function scanPages(
  cluster: SimulatedCluster,
  nodeOf: (page: number) => string,
  isReverse = false,
  type: DataType = DataType.register,
): string[] {
  const found: string[] = [];
  const keys = { prefix: Buffer.from("k"), start: NOTHING, end: undefined };
  let range = rowKeysOfBucket(type, "b", keys, isReverse);
  for (let page = 0; ; page++) {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    const nodeId = nodeOf(page);
    const scan = new Scan(partitions, range, (partition, left, limit, done) =>
      cluster.submit(
        cluster.node(nodeId),
        { kind: "range", partition, range: left, limit, isKeysOnly: false },
        {},
        done,
      ),
    );
    let result: readonly PageRow[] | Failure | undefined;
    scan.next(10, (next) => {
      result = next;
    });
    cluster.waitUntil("a page", () => result !== undefined, 10_000);
    const rows = rowsOf(result);
    found.push(...rows.map(({ rowKey }) => decodeRowKey(rowKey).key.toString()));
    if (rows.length < 10) return found;
    range = afterKey(range, encodeRowKey(type, "b", Buffer.from(found.at(-1) ?? "")));
  }
}

function rowsOf(result: readonly PageRow[] | Failure | undefined): readonly PageRow[] {
  if (result === undefined || "kind" in result) throw new Error(JSON.stringify(result));
  return result;
}

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `k${String(index).padStart(3, "0")}`);
}

describe("a scan of three regions", () => {
  it("goes on at another node, while nodes die and rows come and go", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, partitions: PARTITIONS });
    for (const key of keysOf(60)) cluster.put("eu-1", key, "v");
    const found = scanPages(cluster, (page) => {
      cluster.put("us-1", `k${String(page * 10).padStart(3, "0")}x`, "came meanwhile");
      if (page === 1) cluster.kill(cluster.node("eu-2"));
      if (page === 3) {
        cluster.start(cluster.node("eu-2"));
        cluster.converge();
      }
      if (page === 4) cluster.kill(cluster.node("eu-1"));
      return page < 4 ? "eu-1" : "eu-3";
    });
    expect(found).toEqual([...new Set(found)].sort());
    expect(found).toEqual(expect.arrayContaining(keysOf(60)));
    cluster.stopAll();
  });

  it("has no deleted rows, forwards and backwards", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, partitions: PARTITIONS });
    cluster.kill(cluster.node("eu-3"));
    for (const key of keysOf(20)) cluster.put("eu-1", key, "v");
    cluster.delete("eu-1", "k003");
    cluster.start(cluster.node("eu-3"));
    cluster.converge();
    expect(scanPages(cluster, () => "eu-3")).toEqual(keysOf(20).filter((key) => key !== "k003"));
    expect(scanPages(cluster, () => "eu-3", true)).toEqual(
      keysOf(20)
        .filter((key) => key !== "k003")
        .reverse(),
    );
    cluster.stopAll();
  });

  it("lists the keys of sets once, large and small, while members come and go and a node dies", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, partitions: PARTITIONS });
    const members = Array.from({ length: 90 }, (_, index) => Buffer.from(`m${index}`));
    const change = (nodeId: string, key: string, kind: "add-members" | "remove-members", some: Buffer[]) =>
      cluster.execute(cluster.node(nodeId), {
        kind: "update",
        address: { type: DataType.set, bucket: "b", key: Buffer.from(key) },
        changes: [{ path: [], action: { kind, members: some } }],
      });
    for (const [index, key] of keysOf(40).entries())
      change("eu-1", key, "add-members", members.slice(0, index % 3 === 0 ? 90 : 1 + (index % 5)));
    change("eu-1", "k007", "remove-members", members);
    for (const isReverse of [false, true]) {
      const found = scanPages(
        cluster,
        (page) => {
          // The first member of each set stays; the others are taken out and put back.
          change("us-1", `k0${page}0`, page % 2 === 0 ? "remove-members" : "add-members", members.slice(1));
          if (page === 1) cluster.kill(cluster.node("eu-2"));
          return page < 2 ? "eu-1" : "eu-3";
        },
        isReverse,
        DataType.set,
      );
      const expected = keysOf(40).filter((key) => key !== "k007");
      expect(found).toEqual(isReverse ? expected.reverse() : expected);
      cluster.start(cluster.node("eu-2"));
      cluster.converge();
    }
    cluster.stopAll();
  });
});
