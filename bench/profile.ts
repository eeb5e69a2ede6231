/**
 * `npm run bench:profile`: where the time of a put and a get goes, by stage and by function, in the client and in all three
 * nodes. Sampling costs time itself, so read the shares; what the whole costs, the load tool measures.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { builtPrograms, type LocalCluster, startCluster } from "../cluster/index.js";
import { type AtollClient, connect } from "../src/client/index.js";
import { type Cost, type CpuProfile, functionCosts, stageCosts, together } from "./cpu-profile.js";
import { PROFILE_FILE, Profiler } from "./profiler.js";

const IN_FLIGHT = Number(process.argv[2] ?? 1_024);
const WARM_UP_MS = 4_000;
const RUN_MS = 6_000;
const KEYS = 50_000;
const VALUE = Buffer.alloc(100, 0x61);
const STAGES_SHOWN = 14;
const FUNCTIONS_SHOWN = 25;
const WRITTEN_WITHIN_MS = 30_000;

type Operation = (db: AtollClient, key: string) => Promise<unknown>;

const OPERATIONS: readonly (readonly [string, Operation])[] = [
  ["put, LOCAL_QUORUM, fsync always", (db, key) => db.register("bench").put(key, VALUE)],
  ["get, LOCAL_ONE", (db, key) => db.register("bench").get(key, { consistency: "LOCAL_ONE" })],
  ["get, LOCAL_QUORUM", (db, key) => db.register("bench").get(key)],
];

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Keeps so many operations in flight; resolves with how many were done. */
async function load(db: AtollClient, operation: Operation, forMs: number): Promise<number> {
  const endMs = performance.now() + forMs;
  let done = 0;
  const work = async (from: number): Promise<void> => {
    for (let at = from; performance.now() < endMs; at += 7919) {
      await operation(db, `key${at % KEYS}`);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, worker) => work(worker)));
  return done;
}

async function nodeProfile(folder: string): Promise<CpuProfile> {
  const file = join(folder, PROFILE_FILE);
  const deadlineMs = performance.now() + WRITTEN_WITHIN_MS;
  for (;;) {
    try {
      const profile: CpuProfile = JSON.parse(readFileSync(file, "utf8"));
      rmSync(file);
      return profile;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await delay(50);
    }
  }
}

async function signalAll(cluster: LocalCluster): Promise<void> {
  for (const { id } of cluster.nodes) {
    const pid = await cluster.pid(id);
    if (pid === undefined) throw new Error(`${id} does not run`);
    process.kill(pid, "SIGUSR2");
  }
}

function show(title: string, profiles: readonly CpuProfile[], operations: number): void {
  const stages = together(profiles.map(stageCosts));
  const functions = together(profiles.map(functionCosts));
  const all = stages.reduce((sum, { us }) => sum + us, 0);
  line(`  ${title}: ${(all / operations).toFixed(1)} us an operation`);
  const rows = (costs: readonly Cost[], shown: number): void => {
    for (const { name, us } of costs.slice(0, shown))
      line(
        `    ${(us / operations).toFixed(2).padStart(7)} us ${((100 * us) / all).toFixed(1).padStart(5)}%  ${name}`,
      );
  };
  rows(stages, STAGES_SHOWN);
  line("");
  rows(functions, FUNCTIONS_SHOWN);
  line("");
}

const folder = mkdtempSync(join(tmpdir(), "atoll-profile-"));
const preload = fileURLToPath(new URL("profiled-node.js", import.meta.url));
const programs = builtPrograms();
const cluster = await startCluster({
  regions: ["local"],
  nodesPerRegion: 3,
  direct: true,
  dataDir: folder,
  programs: { ...programs, node: ["--import", preload, ...programs.node] },
});
try {
  const db = await connect({ endpoints: cluster.endpoints(), timeoutMs: 60_000 });
  for (const [name, operation] of OPERATIONS) {
    await load(db, operation, WARM_UP_MS);
    await signalAll(cluster);
    const profiler = await Profiler.start();
    const done = await load(db, operation, RUN_MS);
    const ours = await profiler.stop();
    await signalAll(cluster);
    const theirs = await Promise.all(cluster.nodes.map(({ id }) => nodeProfile(join(folder, id))));
    line(`\n${name}: ${done} operations, ${IN_FLIGHT} in flight`);
    show("client", [ours], done);
    show("three nodes", theirs, done);
  }
  await db.close();
} finally {
  await cluster.down();
  rmSync(folder, { recursive: true, force: true });
}
