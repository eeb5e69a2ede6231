/** A write crosses each link between regions once; who passes it on there may die or change. */
import { describe, expect, it } from "vitest";
import { putOf, SimulatedCluster } from "../../src/simulator/index.js";

const REGIONS = ["ap", "eu", "us"];
const regionOf = (nodeId: string): string => nodeId.slice(0, 2);

/** Counts the ways that deltas took: by dot, "from region > to region". */
class Ways {
  readonly #byDot = new Map<string, Map<string, number>>();
  cluster: SimulatedCluster;
  /** Called for each delta that is sent. */
  onDelta: (from: string, to: string, isRelayed: boolean) => void = () => undefined;

  constructor() {
    this.cluster = SimulatedCluster.ready({
      nodesPerRegion: 3,
      partitions: 4,
      onMessage: (from, to, message) => {
        if (message.type !== "delta") return;
        const { partition, actor, counter } = message.delta;
        const ways = this.#byDot.get(`${partition}/${actor}:${counter}`) ?? new Map<string, number>();
        this.#byDot.set(`${partition}/${actor}:${counter}`, ways);
        const way = `${regionOf(from)} > ${regionOf(to)}`;
        ways.set(way, (ways.get(way) ?? 0) + 1);
        this.onDelta(from, to, message.isRelayed);
      },
    });
    this.cluster.runFor(2_000);
  }

  get dots(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#byDot;
  }

  writeEverywhere(count: number, prefix: string): void {
    for (let i = 0; i < count; i++) {
      const node = this.cluster.nodes[i % this.cluster.nodes.length];
      if (node?.isUp) this.cluster.submit(node, putOf(`${prefix}${i}`, "v"), {}, () => undefined);
      this.cluster.runFor(1);
    }
  }
}

describe("deltas between regions", () => {
  it("cross each link between two regions once, and reach every replica without a catch-up", () => {
    const ways = new Ways();
    const { cluster } = ways;
    ways.writeEverywhere(180, "k");
    cluster.converge();
    expect(ways.dots.size).toBe(180);
    for (const [dot, taken] of ways.dots) {
      const home = [...taken.keys()][0]?.slice(0, 2) ?? "";
      const others = REGIONS.filter((region) => region !== home);
      const expected = [`${home} > ${home}`, ...others.flatMap((to) => [`${home} > ${to}`, `${to} > ${to}`])];
      expect([dot, [...taken.keys()].sort()]).toEqual([dot, expected.sort()]);
      for (const to of others) expect([dot, to, taken.get(`${home} > ${to}`)]).toEqual([dot, to, 1]);
      // Inside each region: from the coordinator, or the relay, to the two others.
      for (const region of REGIONS) expect(taken.get(`${region} > ${region}`)).toBe(2);
    }
    expect(cluster.total("deltas_sent")).toBe(180 * 8);
    expect(cluster.total("catch_up_rows")).toBe(0);
    cluster.stopAll();
  });

  it("reach the others soon when the relay dies before it passed them on", () => {
    const ways = new Ways();
    const { cluster } = ways;
    let victim = "";
    ways.onDelta = (_from, to, isRelayed) => {
      if (!isRelayed || regionOf(to) !== "us" || victim !== "") return;
      victim = to;
      // It takes the delta off the wire, and no further.
      cluster.world.time.schedule(10, () => cluster.kill(cluster.node(to), true));
    };
    const first = cluster.begin("eu-1", putOf("{a}1", "v"));
    cluster.waitFor(first);
    cluster.runFor(5_000);
    expect(victim).not.toBe("");
    // The next one takes another relay, and shows the gap.
    cluster.put("eu-1", "{a}2", "v");
    const others = ["us-1", "us-2", "us-3"].filter((nodeId) => nodeId !== victim);
    cluster.waitUntil(
      "the others have both",
      () => others.every((nodeId) => cluster.held(nodeId, "{a}1").length === 1),
      1_000,
    );
    cluster.start(cluster.node(victim));
    cluster.converge();
    cluster.stopAll();
  });

  it("take another relay while the first is away, the first again when it is back, and lose nothing", () => {
    const ways = new Ways();
    const { cluster } = ways;
    ways.writeEverywhere(45, "a");
    for (const nodeId of ["us-1", "us-2"]) {
      cluster.stop(cluster.node(nodeId));
      ways.writeEverywhere(45, `${nodeId} down `);
      cluster.start(cluster.node(nodeId));
      ways.writeEverywhere(45, `${nodeId} back `);
      cluster.runFor(3_000);
    }
    cluster.converge();
    for (const [dot, taken] of ways.dots)
      for (const way of ["eu > us", "ap > us"])
        expect([dot, (taken.get(way) ?? 0) <= 1]).toEqual([dot, true]);
    cluster.stopAll();
  });

  it("are not sent to a region that is gone, which fetches them when it is back", () => {
    const ways = new Ways();
    const { cluster } = ways;
    for (const node of cluster.inRegion("us")) cluster.kill(node, true);
    cluster.runFor(4_000);
    ways.writeEverywhere(90, "k");
    cluster.runFor(500);
    for (const [dot, taken] of ways.dots)
      expect([dot, taken.has("eu > us"), taken.has("ap > us")]).toEqual([dot, false, false]);
    expect(cluster.total("deltas_not_sent")).toBeGreaterThan(0);
    for (const node of cluster.inRegion("us")) cluster.start(node);
    cluster.converge();
    cluster.stopAll();
  });
});
