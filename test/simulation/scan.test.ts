/** Scans of a bucket while nodes fail and rows change: what is there throughout comes exactly once, in order. */
import { describe, expect, it } from "vitest";
import { decodeRowKey, type RowKey, rowKeysOfBucket } from "../../src/codec/index.js";
import { DataType } from "../../src/crdt/index.js";
import { type Failure, type PageRow, Scan } from "../../src/replication/index.js";
import { SimulatedCluster } from "../../src/simulator/index.js";

const NOTHING = Buffer.alloc(0);
const PARTITIONS = 8;

/** Pages of a scan, each asked of the node that is named for it. */
function scanPages(cluster: SimulatedCluster, nodeOf: (page: number) => string, isReverse = false): string[] {
  const found: string[] = [];
  let after: RowKey | undefined;
  for (let page = 0; ; page++) {
    const keys = { prefix: Buffer.from("k"), start: NOTHING, end: undefined };
    const range = rowKeysOfBucket(DataType.register, "b", keys, isReverse, after);
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
    after = rows.at(-1)?.rowKey;
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
});
