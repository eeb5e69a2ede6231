/** Watches through random failures: nodes die and come back, the reader goes from node to node, and is slow at times. */
import { expect, it } from "vitest";
import { SeededRandom } from "../../src/runtime/simulated/index.js";
import { SimulatedCluster } from "../../src/simulator/index.js";
import { WatchReader } from "./watch-reader.js";

const STEPS = 60;
const KEYS = 12;

class Run {
  readonly cluster: SimulatedCluster;
  readonly #random: SeededRandom;
  readonly #reader: WatchReader;
  /** The values of each key rise: a key that goes back shows. */
  #writes = 0;
  readonly touched = new Set<string>();

  constructor(seed: number) {
    this.cluster = SimulatedCluster.ready({
      seed,
      regions: ["eu", "us"],
      nodesPerRegion: 4,
      partitions: 4,
    });
    this.#random = new SeededRandom(seed);
    this.#reader = new WatchReader(this.cluster);
    this.#reader.begin("eu-1");
  }

  run(): void {
    for (let step = 0; step < STEPS; step++) this.#step();
    this.#finish();
  }

  #step(): void {
    const { cluster } = this;
    const chance = this.#random.below(100);
    const down = cluster.nodes.filter(({ isUp }) => !isUp);
    if (chance < 60) return this.#write();
    if (chance < 70) {
      const victim = this.#pick(cluster.nodes);
      if (down.length === 0 && victim !== undefined) cluster.kill(victim);
    } else if (chance < 80) {
      const [node] = down;
      if (node !== undefined) cluster.start(node);
    } else if (chance < 90) this.#move();
    else {
      this.#reader.isReading = !this.#reader.isReading;
      this.#reader.read();
    }
    cluster.runFor(this.#random.below(2_000));
    // Its node died, or could not go on.
    if (this.#reader.failure !== undefined || !this.#isServed()) this.#move();
  }

  #write(): void {
    const node = this.#pick(this.cluster.nodes.filter(({ isUp }) => isUp));
    if (node === undefined) return;
    const key = `k${this.#random.below(KEYS)}`;
    this.#writes++;
    this.touched.add(key);
    const value = String(this.#writes).padStart(6, "0");
    const consistency = { level: "LOCAL_QUORUM" } as const;
    const outcome = this.cluster.put(node.member.nodeId, key, value, { consistency });
    expect(["written", "failed"]).toContain(outcome.kind);
  }

  #nodeOfReader = "eu-1";

  #isServed(): boolean {
    return this.cluster.node(this.#nodeOfReader).isUp;
  }

  #move(): void {
    const ready = this.cluster.nodes.filter(({ api, isUp }) => isUp && api.status().state === "READY");
    const node = this.#pick(ready);
    if (node === undefined) return;
    this.#nodeOfReader = node.member.nodeId;
    this.#reader.watch(node.member.nodeId, this.#reader.token);
  }

  #finish(): void {
    const { cluster } = this;
    for (const node of cluster.nodes) if (!node.isUp) cluster.start(node);
    cluster.converge();
    this.#reader.isReading = true;
    this.#move();
    const final = Object.fromEntries(
      [...this.touched].map((key) => [
        key,
        cluster.values("eu-1", key, { consistency: { level: "ALL" } })[0],
      ]),
    );
    this.#reader.waitFor(final);
    this.#reader.close();
    for (const [key, values] of this.#reader.history) {
      const sorted = [...values].sort();
      if (cluster.total("watch_steps_back") === 0) expect(values, key).toEqual(sorted);
    }
    cluster.stopAll();
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.#random.below(items.length)];
  }
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "shows the last state of every key, none of which goes back (%i)",
  (seed) => {
    new Run(seed).run();
  },
);
