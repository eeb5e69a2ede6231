/** What holds of each type where several writes with and without an end meet, as docs/data-types.md says. */
import { describe, expect, it } from "vitest";
import { SimulatedCluster } from "../../src/simulator/index.js";
import { rowsOf } from "./inspected.js";
import { ALL, kept, ONE, runUntil, shown, shownAlone, write } from "./lasting.js";

const SHORT_MS = 10_000;
const LONG_MS = 30_000;
const SOON_MS = 200;
const REGIONS = ["ap", "eu", "sa", "us"];

type Type = Parameters<typeof write>[0];

class Story {
  readonly cluster: SimulatedCluster;
  readonly #type: Type;
  readonly #startMs: number;

  constructor(type: Type, defaultTtlsMs: ReadonlyMap<string, number> = new Map()) {
    this.cluster = SimulatedCluster.ready({ partitions: 1, regions: REGIONS, settings: { defaultTtlsMs } });
    this.#type = type;
    this.#startMs = this.cluster.world.time.nowMs;
  }

  write(
    nodeId: string,
    text: string,
    ttlMs?: number | "never",
    consistency: typeof ALL | typeof ONE = ALL,
  ): void {
    const operation = write(this.#type, text, ttlMs);
    expect(this.cluster.execute(this.cluster.node(nodeId), operation, { consistency }).kind).toBe("written");
  }

  /** Until so long after the start, and what all nodes show by themselves then. */
  at(ms: number): string {
    runUntil(this.cluster, this.#startMs + ms);
    return this.now();
  }

  now(): string {
    const [first = "", ...others] = shownAlone(this.cluster, this.#type);
    expect(others).toEqual(others.map(() => first));
    return first;
  }

  /** Both sides of a cut write, and hear of it only when it heals. */
  cutOff(nodeId: string): void {
    this.cluster.isolate(nodeId);
    this.cluster.runFor(4_000);
  }

  heal(): string {
    this.cluster.healAll();
    this.cluster.converge();
    return this.now();
  }

  end(): void {
    this.cluster.waitUntil("all is reclaimed", () => kept(this.cluster) === 0);
    this.cluster.stopAll();
  }
}

describe("a counter", () => {
  it("is whole until the latest end of what was counted, and begins at zero after it", () => {
    const story = new Story("counter");
    story.write("eu-1", "", LONG_MS);
    story.write("us-1", "", SHORT_MS);
    story.write("eu-1", "", SHORT_MS);
    expect(story.at(LONG_MS - SOON_MS)).toBe("3");
    expect(story.at(LONG_MS + SOON_MS)).toBe("");
    story.write("us-1", "", SHORT_MS);
    expect(story.now()).toBe("1");
    story.end();
    expect(story.cluster.total("rows_reclaimed")).toBeGreaterThan(0);
  });

  it("lasts for ever with one add that does, though its node adds for a while later", () => {
    const story = new Story("counter");
    story.write("eu-1", "");
    story.write("eu-1", "", SHORT_MS);
    expect(story.at(LONG_MS)).toBe("2");
    story.end();
    expect(story.cluster.total("rows_reclaimed")).toBe(0);
  });

  it("that a node alone counts on just before its end comes back with what this node has counted", () => {
    const story = new Story("counter");
    story.write("us-1", "", SHORT_MS);
    story.write("eu-1", "", SHORT_MS);
    story.cutOff("us-1");
    story.write("us-1", "", 3 * LONG_MS, ONE);
    story.cluster.runFor(LONG_MS);
    expect(story.cluster.total("rows_reclaimed")).toBeGreaterThan(0);
    expect(story.heal()).toBe("2");
    expect(story.at(3 * LONG_MS + 6_000)).toBe("");
    story.end();
  });
});

describe.each(["set", "flag"] as const)("a member, or a flag: %s", (type) => {
  it("is there until the end of the last that put it there, and a later one without an end keeps it", () => {
    const shorter = new Story(type);
    shorter.write("eu-1", "", LONG_MS);
    shorter.write("us-1", "", SHORT_MS);
    expect(shorter.at(SHORT_MS - SOON_MS)).toBe("there");
    expect(shorter.at(SHORT_MS + SOON_MS)).toBe("");
    shorter.write("us-1", "");
    expect(shorter.at(2 * LONG_MS)).toBe("there");
    shorter.end();
  });

  it("is there until the longer end of two at once", () => {
    const story = new Story(type);
    story.cutOff("us-1");
    story.write("us-1", "", LONG_MS, ONE);
    story.write("eu-1", "", SHORT_MS, ONE);
    // The others are done with theirs.
    story.cluster.runFor(SHORT_MS + 5_000);
    expect(shown(story.cluster, "eu-1", type)).toBe("");
    expect(story.heal()).toBe("there");
    expect(story.at(LONG_MS + 6_000)).toBe("");
    story.end();
  });
});

describe("siblings of a multi", () => {
  it("end one by one, and are reclaimed together", () => {
    const story = new Story("multi");
    story.write("eu-1", "short", SHORT_MS);
    story.write("us-1", "long", LONG_MS);
    expect(story.at(SHORT_MS - SOON_MS)).toBe("long,short");
    expect(story.at(SHORT_MS + SOON_MS)).toBe("long");
    expect(story.at(LONG_MS + SOON_MS)).toBe("");
    story.end();
  });
});

describe("a register in a map", () => {
  it("does not show what it won over, once the winner of those put at once has ended", () => {
    const story = new Story("map");
    story.cutOff("us-1");
    story.write("us-1", "earlier", LONG_MS, ONE);
    story.cluster.runFor(2_000);
    story.write("eu-1", "later", SHORT_MS, ONE);
    expect(story.heal()).toBe("later");
    story.cluster.runFor(SHORT_MS);
    expect(story.now()).toBe("");
    expect(story.at(LONG_MS + 6_000)).toBe("");
    story.end();
  });

  it.each([
    ["without an end", undefined],
    ["with a later one", 10 * LONG_MS],
  ])("is reclaimed with its end, together with what it won over: a value %s", (_which, ttlMs) => {
    const story = new Story("map");
    story.cutOff("us-1");
    story.write("us-1", "earlier", ttlMs, ONE);
    story.cluster.runFor(2_000);
    story.write("eu-1", "later", SHORT_MS, ONE);
    expect(story.heal()).toBe("later");
    story.cluster.runFor(SHORT_MS + 5_000);
    expect(story.now()).toBe("");
    const rows = story.cluster.nodes.flatMap((node) => rowsOf(story.cluster, node));
    expect(rows.map((partition) => [partition.rows, partition.expirations])).toEqual(
      REGIONS.map(() => [0, 0]),
    );
    expect(story.at(11 * LONG_MS)).toBe("");
    story.end();
  });

  it("stays as long as it wins, though what it won over has ended", () => {
    const story = new Story("map");
    story.cutOff("us-1");
    story.write("us-1", "earlier", SHORT_MS, ONE);
    story.cluster.runFor(2_000);
    story.write("eu-1", "later", LONG_MS, ONE);
    expect(story.heal()).toBe("later");
    expect(story.at(SHORT_MS + 15_000)).toBe("later");
    story.cluster.runFor(LONG_MS);
    expect(story.now()).toBe("");
    story.end();
  });

  it("shows it where the winner was reclaimed by who had not heard of it, as after a clear", () => {
    const story = new Story("map");
    story.cutOff("us-1");
    story.write("us-1", "earlier", undefined, ONE);
    story.cluster.runFor(2_000);
    story.write("eu-1", "later", SHORT_MS, ONE);
    story.cluster.runFor(SHORT_MS + 5_000);
    expect(shown(story.cluster, "us-1", "map")).toBe("earlier");
    expect(story.heal()).toBe("earlier");
    story.end();
  });
});

describe("the default of a bucket", () => {
  it.each(["register", "multi", "set", "flag", "counter", "map"] as const)(
    "holds for a %s that asks for nothing",
    (type) => {
      const story = new Story(type, new Map([["b", SHORT_MS]]));
      story.write("eu-1", "v");
      expect(story.at(SHORT_MS - SOON_MS)).not.toBe("");
      expect(story.at(SHORT_MS + SOON_MS)).toBe("");
      story.write("us-1", "v", "never");
      expect(story.at(LONG_MS)).not.toBe("");
      story.end();
    },
  );
});
