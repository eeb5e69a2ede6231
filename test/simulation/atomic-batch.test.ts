/**
 * Atomic batches whose coordinator dies while they are under way, and which are tried again elsewhere: at every replica, at
 * every moment, all of a batch is there or nothing, and what is there was applied once.
 */
import { describe, expect, it } from "vitest";
import { DataType } from "../../src/crdt/index.js";
import type { KeyWrite, Operation, Outcome } from "../../src/replication/index.js";
import { SeededRandom } from "../../src/runtime/simulated/index.js";
import { SimulatedCluster } from "../../src/simulator/index.js";

const NODES = ["eu-1", "eu-2", "eu-3"];
const BATCHES = 5;
const REQUEST_ID = "00112233445566778899aabbccddee";

function address(type: DataType, tag: string, name: string) {
  return { type, bucket: "b", key: Buffer.from(`{${tag}}${name}`) };
}

/** Three keys of one tag, far apart in the order of rows; a larger value makes its delta a frame of its own. */
function batchOf(tag: string, bytes: number): Operation {
  const value = { data: Buffer.alloc(bytes, tag), encoding: 0 } as const;
  const writes: KeyWrite[] = [
    {
      kind: "put",
      address: address(DataType.register, tag, "a"),
      value,
      context: Buffer.alloc(0),
      condition: undefined,
    },
    {
      kind: "update",
      address: address(DataType.counter, tag, "b"),
      changes: [{ path: [], action: { kind: "increment", amount: 1 } }],
    },
    {
      kind: "update",
      address: address(DataType.flag, tag, "c"),
      changes: [{ path: [], action: { kind: "set-flag", isEnabled: true } }],
    },
  ];
  return { kind: "batch", writes };
}

/** What one node's own replica shows of a batch: found or not, of each key, and the count. */
function shownAt(cluster: SimulatedCluster, nodeId: string, tag: string): readonly [boolean[], number] {
  const gets = [
    address(DataType.register, tag, "a"),
    address(DataType.counter, tag, "b"),
    address(DataType.flag, tag, "c"),
  ].map((at) =>
    cluster.begin(nodeId, { kind: "get", address: at, element: [] }, { consistency: { level: "ONE" } }),
  );
  const outcomes = gets.map((pending) => cluster.waitFor(pending));
  const counted = outcomes.find((outcome) => outcome.kind === "counter");
  return [outcomes.map(isFound), counted?.kind === "counter" ? Number(counted.value) : 0];
}

function isFound(outcome: Outcome): boolean {
  if (outcome.kind === "read") return outcome.values.length > 0;
  if (outcome.kind === "counter") return outcome.isFound;
  return outcome.kind === "flag" && outcome.isEnabled;
}

/** Batches one after the other; under each its coordinator dies at some moment, and another node is asked again. */
function run(seed: number): void {
  const random = new SeededRandom(seed);
  const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, regions: ["eu"], partitions: 4, seed });
  const alive = new Set(NODES);
  const check = (): void => {
    for (const nodeId of alive)
      for (let tag = 0; tag < BATCHES; tag++) {
        const [found, count] = shownAt(cluster, nodeId, String(tag));
        expect(new Set(found).size, `seed ${seed}, batch ${tag} at ${nodeId}: ${found}`).toBe(1);
        expect(count).toBe(found[0] === true ? 1 : 0);
      }
  };
  const acknowledged = new Set<string>();
  for (let index = 0; index < BATCHES; index++) {
    const [tag, requestId] = [String(index), `${REQUEST_ID}0${index}`];
    const operation = batchOf(tag, random.chance(0.5) ? 10 : 300_000);
    const victim = NODES[random.below(3)] ?? "eu-1";
    const first = cluster.begin(victim, operation, { requestId, timeoutMs: 1_000 });
    cluster.runFor(random.between(0, 30));
    cluster.kill(cluster.node(victim));
    alive.delete(victim);
    check();
    for (const nodeId of alive) {
      const outcome = cluster.execute(cluster.node(nodeId), operation, {
        requestId,
        isRetry: true,
        timeoutMs: 500,
      });
      if (outcome.kind === "written") acknowledged.add(tag);
      check();
    }
    if (first.outcome?.kind === "written") acknowledged.add(tag);
    cluster.start(cluster.node(victim));
    cluster.waitUntil("it is back", () => cluster.node(victim).api.status().state === "READY", 20_000);
    alive.add(victim);
    check();
    const last = cluster.execute(cluster.node(victim), operation, {
      requestId,
      isRetry: true,
      timeoutMs: 2_000,
    });
    if (last.kind === "written") acknowledged.add(tag);
  }
  cluster.converge();
  check();
  for (const tag of acknowledged) expect(shownAt(cluster, "eu-1", tag)[1]).toBe(1);
  cluster.stopAll();
}

describe("atomic batches under the death of their coordinators", () => {
  it.each(Array.from({ length: 12 }, (_, index) => 7_000 + index))("seed %i", run);
});
