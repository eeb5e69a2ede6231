/** What no clock tells: rows that a disk lost, or that are wrong on one replica. The audit finds them, and heals them. */
import { describe, expect, it } from "vitest";
import { putOf, SimulatedCluster } from "../../src/simulator/index.js";

const isRow = (key: Buffer): boolean => key[0] === "r".charCodeAt(0);
const SETTINGS = { auditIntervalMs: 500 };

/** Rows on all nodes, and nothing on its way. */
function filled(
  rows: number,
  options: ConstructorParameters<typeof SimulatedCluster>[0] = {},
): SimulatedCluster {
  const cluster = SimulatedCluster.ready({ partitions: 4, settings: SETTINGS, ...options });
  let written = 0;
  for (let i = 0; i < rows; i++)
    for (const type of ["register", "multi"] as const)
      cluster.submit(
        cluster.nodes[i % cluster.nodes.length] ?? cluster.node("eu-1"),
        putOf(`${type}${i}`, `v${i}`, type),
        {},
        (outcome) => {
          if (outcome.kind !== "written") throw new Error(JSON.stringify(outcome));
          written++;
        },
      );
  cluster.waitUntil("all is written", () => written === 2 * rows);
  cluster.converge();
  return cluster;
}

type Disk = ReturnType<SimulatedCluster["node"]>["host"]["disk"];

/** Stops a node cleanly, does something to its disk, and starts it again. */
function betray(cluster: SimulatedCluster, nodeId: string, what: (disk: Disk) => void): void {
  const node = cluster.node(nodeId);
  // The first start makes tables of the store's log: only they can be lost alone.
  for (const act of [() => undefined, what]) {
    cluster.stop(node);
    act(node.host.disk);
    cluster.start(node);
    cluster.waitUntil(`${nodeId} is back`, () => {
      if (node.ends.length > 0) cluster.replace(node);
      const { peers } = node.api.status();
      return peers.length > 0 && peers.every(({ isAlive }) => isAlive);
    });
  }
}

function expectHealed(cluster: SimulatedCluster): void {
  for (let leftMs = 120_000; new Set(cluster.digests()).size > 1; leftMs -= 500) {
    expect(leftMs).toBeGreaterThan(0);
    cluster.runFor(500);
  }
}

describe("rows that a disk lost while its clock stayed", () => {
  it("are found and healed, though nobody reads or writes them", () => {
    const cluster = filled(60);
    const lost: number[] = [];
    betray(cluster, "eu-1", (disk) => lost.push(disk.loseTable(isRow)));
    expect(lost[0]).toBeGreaterThan(0);
    expect(new Set(cluster.digests()).size).toBe(2);
    expectHealed(cluster);
    expect(cluster.counter("eu-1", "rows_repaired")).toBe(lost[0]);
    expect(cluster.counter("ap-1", "rows_repaired") + cluster.counter("us-1", "rows_repaired")).toBe(0);
    cluster.stopAll();
  });

  it("all of them, too: more than can be decoded is walked in order", () => {
    const cluster = filled(200, { partitions: 1 });
    const digest = cluster.digests()[0];
    betray(cluster, "eu-1", (disk) => {
      for (let left = 1; left > 0; ) left = disk.loseTable(isRow);
    });
    expectHealed(cluster);
    expect(cluster.digests()).toEqual([digest, digest, digest]);
    expect(cluster.counter("eu-1", "rows_repaired")).toBe(400);
    cluster.stopAll();
  });

  it("with two replicas only, data is kept", () => {
    const cluster = filled(20, { regions: ["eu", "us"] });
    const digest = cluster.digests()[0];
    betray(cluster, "eu-1", (disk) => expect(disk.loseTable(isRow)).toBeGreaterThan(0));
    expectHealed(cluster);
    expect(cluster.digests()).toEqual([digest, digest]);
    cluster.stopAll();
  });
});

describe("flipped bits", () => {
  it("are found by reading everything now and then, and healed, though nobody reads the row", () => {
    const cluster = filled(20);
    betray(cluster, "eu-1", (disk) => expect(disk.flipBit(isRow)).toBeDefined());
    cluster.waitUntil("the damage is found", () => cluster.counter("eu-1", "rows_damaged") === 1);
    expectHealed(cluster);
    cluster.stopAll();
  });

  it("under a running node are found, too", () => {
    const cluster = filled(20);
    for (let i = 0; i < 3; i++) expect(cluster.node("eu-1").host.disk.flipBit(isRow)).toBeDefined();
    cluster.waitUntil("the damage is found", () => cluster.counter("eu-1", "rows_damaged") > 0);
    expectHealed(cluster);
    cluster.stopAll();
  });
});

describe("a replica restored from an old backup", () => {
  it("catches up, and the audit finds nothing more to do", () => {
    const cluster = filled(20);
    const node = cluster.node("eu-1");
    cluster.stop(node);
    const backup = node.host.disk.snapshot();
    cluster.start(node);
    cluster.waitUntil("eu-1 is ready", () => node.api.status().state === "READY");
    for (let i = 0; i < 20; i++) cluster.put("us-1", `register${i}`, "later");
    cluster.delete("us-1", "register3");
    cluster.converge();
    betray(cluster, "eu-1", (disk) => disk.rollback(backup, "disk"));
    expectHealed(cluster);
    expect(cluster.held("eu-1", "register4")).toEqual(["later"]);
    cluster.runFor(10_000);
    expect(cluster.total("rows_repaired")).toBe(0);
    cluster.stopAll();
  });
});

describe("a quiet cluster", () => {
  it("makes no repairs, and its audits cost a few hundred bytes", () => {
    const cluster = filled(50);
    betray(cluster, "eu-1", (disk) => disk.loseTable(isRow));
    expectHealed(cluster);
    cluster.runFor(20_000);
    const before = ["rows_repaired", "audit_mismatches", "audit_rounds", "audit_bytes"].map((name) =>
      cluster.total(name),
    );
    cluster.runFor(60_000);
    const after = ["rows_repaired", "audit_mismatches", "audit_rounds", "audit_bytes"].map((name) =>
      cluster.total(name),
    );
    const [repaired, mismatches, rounds, bytes] = after.map((count, at) => count - (before[at] ?? 0));
    expect({ repaired, mismatches }).toEqual({ repaired: 0, mismatches: 0 });
    expect(rounds).toBeGreaterThan(300);
    expect((bytes ?? 0) / (rounds ?? 1)).toBeLessThan(80);
    cluster.stopAll();
  });

  it("knows its sketches after a clean stop, and makes them anew after a kill", () => {
    const cluster = filled(50);
    for (const end of ["stop", "kill"] as const) {
      const node = cluster.node("eu-1");
      cluster[end](node);
      cluster.start(node);
      cluster.waitUntil("eu-1 is ready", () => node.api.status().state === "READY");
      cluster.runFor(5_000);
      expect(cluster.counter("eu-1", "audit_rounds")).toBeGreaterThan(5);
      expect(cluster.total("audit_mismatches")).toBe(0);
      expect(cluster.total("sketches_corrected")).toBe(0);
    }
    cluster.stopAll();
  });
});

describe("replicas that are being written", () => {
  it("are audited all the same, and nothing is taken for damage", () => {
    const cluster = filled(30);
    betray(cluster, "eu-1", (disk) => expect(disk.loseTable(isRow)).toBeGreaterThan(0));
    const isHealed = (): boolean => cluster.counter("eu-1", "rows_repaired") > 0;
    for (let i = 0; i < 1_200 || (i < 12_000 && !isHealed()); i++) {
      const node = cluster.nodes[i % 3] ?? cluster.node("eu-1");
      cluster.submit(
        node,
        putOf(`busy${i % 40}`, `v${i}`, i % 2 === 0 ? "register" : "multi"),
        {},
        () => undefined,
      );
      cluster.runFor(10);
    }
    expect(isHealed()).toBe(true);
    expect(cluster.counter("ap-1", "rows_repaired") + cluster.counter("us-1", "rows_repaired")).toBe(0);
    cluster.converge();
    expectHealed(cluster);
    cluster.stopAll();
  });
});

describe("a repair that is asked for", () => {
  const MANUAL = { settings: { auditIntervalMs: 1e9 } };

  function repair(cluster: SimulatedCluster, nodeId: string, isFull: boolean) {
    const steps: Parameters<Parameters<ReturnType<SimulatedCluster["node"]>["api"]["repair"]>[1]>[0][] = [];
    cluster.node(nodeId).api.repair(isFull, (step) => steps.push(step));
    cluster.waitUntil(
      "the repair is over",
      () => steps.at(-1)?.kind === "done" || steps.at(-1)?.kind === "failed",
    );
    const kinds = steps.slice(0, -1).map(({ kind }) => kind);
    expect(kinds.every((kind) => kind === "progress")).toBe(true);
    return steps.at(-1);
  }

  it("heals in full what the sketches do not show", () => {
    const cluster = filled(30, MANUAL);
    let lost = 0;
    betray(cluster, "eu-1", (disk) => {
      lost = disk.loseTable(isRow);
    });
    cluster.runFor(60_000);
    expect(new Set(cluster.digests()).size).toBe(2);
    const nothing = { rowsRepaired: 0, rowsHealed: 0, partitionsDiffering: 0, nodesMissed: [] };
    const quick = { partitionsDone: 8, partitionsTotal: 8, ...nothing };
    expect(repair(cluster, "eu-1", false)).toEqual({ kind: "done", progress: quick });
    expect(repair(cluster, "eu-1", true)).toMatchObject({
      kind: "done",
      progress: { partitionsDone: 12, partitionsTotal: 12, rowsRepaired: lost, nodesMissed: [] },
    });
    expect(new Set(cluster.digests()).size).toBe(1);
    cluster.stopAll();
  });

  it("counts apart what had failed its checksum and is whole again", () => {
    const cluster = filled(30, MANUAL);
    betray(cluster, "eu-1", (disk) => expect(disk.flipBit(isRow)).toBeDefined());
    expect(repair(cluster, "eu-1", true)).toMatchObject({ progress: { rowsHealed: 1 } });
    expect(repair(cluster, "eu-1", true)).toMatchObject({ progress: { rowsHealed: 0 } });
    expect(new Set(cluster.digests()).size).toBe(1);
    cluster.stopAll();
  });

  it("names peers that are not there, and refuses to run twice at a time", () => {
    const cluster = filled(5, MANUAL);
    cluster.kill(cluster.node("us-1"));
    cluster.waitUntil("us-1 is gone", () =>
      cluster
        .node("eu-1")
        .api.status()
        .peers.some(({ isConnected }) => !isConnected),
    );
    const { api } = cluster.node("eu-1");
    const kinds: string[] = [];
    const cancel = api.repair(false, ({ kind }) => kinds.push(kind));
    let second: string | undefined;
    api.repair(false, (step) => {
      second = step.kind === "failed" ? step.reason : step.kind;
    });
    expect(second).toBe("OVERLOADED");
    cancel();
    cluster.runFor(1_000);
    expect(kinds).toEqual([]);
    expect(repair(cluster, "eu-1", false)).toMatchObject({
      kind: "done",
      progress: { nodesMissed: ["us-1"] },
    });
    cluster.stopAll();
  });

  it("ends with its node", () => {
    const cluster = filled(5, MANUAL);
    const node = cluster.node("eu-1");
    let last: string | undefined;
    node.api.repair(true, (step) => {
      last = step.kind === "failed" ? step.reason : step.kind;
    });
    cluster.stop(node);
    expect(last).toBe("NOT_READY");
    cluster.stopAll();
  });
});
