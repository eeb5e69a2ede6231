/** A catch-up leaves the live traffic alone: what a returned node costs those that write meanwhile. */
import { describe, expect, it } from "vitest";
import { putOf, SimulatedCluster } from "../../src/simulator/index.js";

const VALUE = "x".repeat(2_000);

interface Run {
  /** Of writes at quorum, by virtual time, in order. */
  readonly latenciesMs: readonly number[];
  readonly rowsCaughtUp: number;
}

/** 200 writes at quorum, one every 5 ms, while eu-1 comes back to 1,500 rows that it lacks; or while it stays away. */
function run(isBack: boolean, catchUpBytesPerSecond = 2 ** 26): Run {
  const cluster = SimulatedCluster.ready({ partitions: 4, settings: { catchUpBytesPerSecond } });
  cluster.runFor(2_000);
  cluster.kill(cluster.node("eu-1"));
  let left = 1_500;
  for (let i = 0; i < 1_500; i++) {
    cluster.submit(cluster.node("us-1"), putOf(`k${i}`, VALUE), {}, () => left--);
    if (i % 200 === 199) cluster.runFor(20);
  }
  cluster.waitUntil("all are answered", () => left === 0);
  cluster.runFor(5_000);
  if (isBack) cluster.start(cluster.node("eu-1"));
  const pending = Array.from({ length: 200 }, (_, i) => {
    const beganAtMs = cluster.world.time.nowMs;
    const write = cluster.begin("us-1", putOf(`l${i}`, "v"), { consistency: { level: "QUORUM" } });
    cluster.runFor(5);
    return { write, beganAtMs };
  });
  const latenciesMs = pending.map(({ write, beganAtMs }) => {
    expect(cluster.waitFor(write).kind).toBe("written");
    return write.endedAtMs - beganAtMs;
  });
  const rowsCaughtUp = isBack ? cluster.counter("eu-1", "catch_up_rows") : 0;
  if (isBack) cluster.converge();
  cluster.stopAll();
  return { latenciesMs: latenciesMs.sort((a, b) => a - b), rowsCaughtUp };
}

describe("a node that catches up", () => {
  it("leaves the latency of live writes near what it was", () => {
    const [quiet, busy] = [run(false), run(true)];
    expect(busy.rowsCaughtUp).toBeGreaterThan(800);
    for (const quantile of [0.5, 0.9, 0.99]) {
      const at = Math.floor(quantile * 200);
      expect(busy.latenciesMs[at]).toBeLessThan((quiet.latenciesMs[at] ?? 0) * 1.15);
    }
  });

  it("takes no more than its budget allows", () => {
    // A quarter of 400 KB a second beside live writes, of rows of 2 KB, and what the first moment has.
    const { rowsCaughtUp } = run(true, 400_000);
    expect(rowsCaughtUp).toBeGreaterThan(100);
    expect(rowsCaughtUp).toBeLessThan(700);
  });
});
