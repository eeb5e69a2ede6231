/** A long catch-up that is cut short again and again, on both sides, does not begin again. */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/codec/index.js";
import { deleteOf, putOf, SimulatedCluster } from "../../src/simulator/index.js";

const ROWS = 1_500;
const VALUE = "x".repeat(4_000);
/** A page is 256 KiB. */
const PAGE_ROWS = 65;
const KILLS = 4;
/** A page that was sent when the receiver died, and one that was not on disk. */
const ROWS_MAX = ROWS + KILLS * 2 * PAGE_ROWS;

/** Writes all rows at us-1, and lets everyone that is there have them. */
function load(cluster: SimulatedCluster): void {
  let left = ROWS;
  for (let i = 0; i < ROWS; i++) {
    cluster.submit(cluster.node("us-1"), putOf(`k${i}`, VALUE), {}, () => left--);
    if (i % 100 === 99) cluster.runFor(20);
  }
  cluster.waitUntil("all are answered", () => left === 0);
  cluster.runFor(5_000);
}

/** Counts the rows that eu-1 is sent, and by what kind of page. */
function counted(seed: number, settings = {}) {
  const sent = { rows: 0, log: 0 };
  const cluster = SimulatedCluster.ready({
    seed,
    partitions: 1,
    settings: { catchUpBytesPerSecond: 2_000_000, ...settings },
    onMessage: (_from: string, to: string, message: Message): void => {
      if (message.type !== "catch-up-page" || to !== "eu-1") return;
      if (message.body.kind === "log" || message.body.kind === "rows")
        sent[message.body.kind] += message.body.rows.length;
    },
  });
  return { cluster, sent };
}

/** Kills the receiver, and every other time a source too, at moments that the seed decides. */
function catchUpUnderKills(cluster: SimulatedCluster): void {
  const eu = cluster.node("eu-1");
  for (let kill = 0; kill < KILLS; kill++) {
    if (!eu.isUp) cluster.start(eu);
    cluster.waitUntil("it has begun", () => cluster.counter("eu-1", "catch_up_rows") > 0);
    cluster.runFor(200 + cluster.world.random.below(300));
    const source = cluster.node(kill % 2 === 0 ? "us-1" : "ap-1");
    if (kill % 3 === 2) cluster.kill(source);
    cluster.kill(eu, kill % 2 === 0);
    if (!source.isUp) cluster.start(source);
  }
  cluster.start(eu);
  cluster.converge();
}

describe.each([1, 2])("a catch-up that is cut short, seed %d", (seed) => {
  it("goes on in the log behind the last page", () => {
    const { cluster, sent } = counted(seed);
    cluster.kill(cluster.node("eu-1"));
    load(cluster);
    catchUpUnderKills(cluster);
    expect(sent.rows).toBe(0);
    expect(sent.log).toBeLessThan(ROWS_MAX);
    expect(cluster.held("eu-1", `k${ROWS - 1}`)).toEqual([VALUE]);
    cluster.stopAll();
  });

  it("goes on in a full sync behind the last row, loses nothing and brings nothing back", () => {
    const { cluster, sent } = counted(seed, { requestIdWindowMs: 10_000, maxHintWindowMs: 60_000 });
    cluster.put("us-1", "gone", "v", { type: "multi" });
    cluster.put("us-1", "a", "v", { type: "multi" });
    cluster.converge();
    cluster.kill(cluster.node("eu-1"));
    load(cluster);
    for (const key of ["gone", "a"]) cluster.execute(cluster.node("us-1"), deleteOf(key, "multi"));
    cluster.runFor(100_000);
    catchUpUnderKills(cluster);
    expect(sent.rows).toBeGreaterThanOrEqual(ROWS);
    expect(sent.rows).toBeLessThan(ROWS_MAX);
    for (const key of ["gone", "a"]) expect(cluster.held("eu-1", key, "multi")).toEqual([]);
    cluster.stopAll();
  });
});
