/**
 * `npm run bench:data-types`: what an operation on a set, a map or a counter costs, by how many elements it has. First to
 * the byte and the record on virtual time, then in processor time, latency and memory of three real nodes. Takes the
 * largest size (1,000,000).
 */
import { type LocalCluster, startCluster } from "../cluster/index.js";
import { connect } from "../src/client/index.js";
import { printExactCosts } from "./exact-costs.js";
import { GrownKeys, mapCalls, PAGE_ELEMENTS, setCalls } from "./grown-keys.js";
import { NodeUsage } from "./node-usage.js";
import { type Deed, measure, type SizeCost } from "./rounds.js";

const LARGEST = Number(process.argv[2] ?? 1_000_000);
const SIZES = [...[10, 1_000, 100_000].filter((size) => size < LARGEST), LARGEST];
/** A map costs like a set; its large one need not take as long to fill. */
const MAP_SIZES = SIZES.filter((size) => size <= 100_000);
/** Each gets one of the elements that a turn adds. */
const SMALL_KEYS = 25;
const SMALL_ELEMENTS = 100;
const ROUNDS = 15;
const PEERS = 2;
/** A machine that does much else makes a call wait, and that is no reason to give up. */
const CALL_TIMEOUT_MS = 60_000;
/** All of it; whatever hangs, the cluster ends with this process. */
const DEADLINE_MS = 45 * 60_000;

const ADD: Deed = {
  name: "add of one element",
  times: 25,
  run: (keys, number) => keys.add(number),
  undo: (keys, times) => keys.removeAdded(times),
};
const LOOK: Deed = { name: "one element read", times: 25, run: (keys, number) => keys.look(number) };
const PAGE: Deed = {
  name: `a page of ${PAGE_ELEMENTS}`,
  times: 10,
  run: (keys, number) => keys.page(number),
};

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** On a terminal, in place. */
function progress(what: string): (done: number, total: number) => void {
  return (done, total) => {
    if (process.stderr.isTTY !== true) return;
    const isOver = done === total;
    process.stderr.write(`\r\x1b[K${isOver ? "" : `${what}: ${Math.floor((100 * done) / total)}%`}`);
  };
}

function showCosts(deed: Deed, costs: readonly SizeCost[]): void {
  line(`\n${deed.name.padEnd(20)} cpu of 3 nodes            p50             to each peer`);
  for (const { label, cpuUs, cpuRatio, latencyMs, latencyRatio, sentBytes } of costs)
    line(
      `  ${label.padEnd(18)} ${cpuUs.toFixed(0).padStart(5)} us  ${cpuRatio.toFixed(2)} times  ${latencyMs.toFixed(2).padStart(6)} ms  ${latencyRatio.toFixed(2)} times  ${(sentBytes / PEERS).toFixed(0).padStart(5)} bytes`,
    );
}

function showMemory(when: string, usage: NodeUsage): void {
  const parts = usage
    .memory()
    .map(({ ownMib, mappedMib }) => `${ownMib.toFixed(0)} + ${mappedMib.toFixed(0)}`);
  line(`${when.padEnd(26)} ${parts.join("   ")} MiB`);
}

async function fillAll(usage: NodeUsage, all: readonly GrownKeys[]): Promise<void> {
  line("\nresident memory of each node: its own + files that it has mapped");
  showMemory("empty", usage);
  for (const keys of all) {
    const startMs = performance.now();
    await keys.fill(progress(`filling ${keys.label}`));
    const seconds = (performance.now() - startMs) / 1_000;
    showMemory(`${keys.label}, in ${seconds.toFixed(0)} s`, usage);
  }
}

async function run(cluster: LocalCluster): Promise<void> {
  await using db = await connect({ endpoints: cluster.endpoints(), timeoutMs: CALL_TIMEOUT_MS });
  const usage = await NodeUsage.of(cluster);
  const ofSize = (calls: typeof setCalls) => (size: number) =>
    new GrownKeys(calls(db), size, size <= SMALL_ELEMENTS ? SMALL_KEYS : 1);
  const sets = SIZES.map(ofSize(setCalls));
  const maps = MAP_SIZES.map(ofSize(mapCalls));
  await fillAll(usage, [...sets, ...maps]);
  for (const deed of [ADD, LOOK, PAGE])
    for (const sizes of [sets, maps]) {
      const all = deed === PAGE ? sizes.filter(({ elements }) => elements >= PAGE_ELEMENTS) : sizes;
      showCosts(deed, await measure(usage, all, deed, ROUNDS, progress(deed.name)));
    }
  line("\nall elements counted, or read:");
  for (const keys of [...sets, ...maps]) {
    const startMs = performance.now();
    await keys.count();
    line(`  ${keys.label.padEnd(18)} ${(performance.now() - startMs).toFixed(0)} ms`);
  }
  line("");
  showMemory("afterwards", usage);
}

if (!(Number.isInteger(LARGEST) && LARGEST >= 100))
  throw new Error("the largest size is a whole number from 100");
if (process.platform !== "linux") throw new Error("what processes use is read from /proc: run this on Linux");
setTimeout(() => {
  process.stderr.write("gave up: it took too long\n");
  process.exit(1);
}, DEADLINE_MS).unref();
printExactCosts(line);
const cluster = await startCluster({ regions: ["local"], nodesPerRegion: 3, partitions: 16 });
try {
  await run(cluster);
} finally {
  await cluster.down();
}
