/** What a cluster costs before anybody uses it: the time until it is ready, and the memory that it then takes. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { report } from "./support/report.js";
import { TestCluster } from "./support/test-cluster.js";

const IDLE_MS = 10_000;
/** A laptop runs nine of them and much else. */
const RESIDENT_MIB_MAX = 120;

function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kib) / 1024);
}

it.runIf(process.platform === "linux")("nine nodes idle in 120 MB each", async () => {
  const readyMs: number[] = [];
  const startMs = performance.now();
  const cluster = await TestCluster.start({
    nodesPerRegion: 3,
    partitions: 256,
    progress: () => readyMs.push(Math.round(performance.now() - startMs)),
  });
  await delay(IDLE_MS);
  const pids = await Promise.all(cluster.local.nodes.map((node) => cluster.pid(node.id)));
  const resident = pids.map(residentMib);
  report({ readyMs, residentMib: resident });
  for (const mib of resident) expect(mib).toBeLessThan(RESIDENT_MIB_MAX);
});
