/** Nodes killed under watches, one after the other: every write is shown, none of a key goes back, and hardly any comes twice. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { backAgain } from "./support/linking.js";
import { until } from "./support/polling.js";
import { TestCluster } from "./support/test-cluster.js";

/** Each has one write under way at a time. */
const WRITERS = ["a", "b", "c", "d"];
const KEYS_PER_WRITER = 40;
/** That changes come at all. */
const CHANGES = 20;

it("watches on while each node is killed in its turn, beginning with what exists", async () => {
  const cluster = await TestCluster.start({ regions: ["eu-west"], nodesPerRegion: 3 });
  const db = await cluster.client("eu-west", { timeoutMs: 20_000 });
  const rows = db.register<number>("rows");
  const written = new Map<string, number>();
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  const write = async (name: string): Promise<void> => {
    for (let at = 1; !isOver; at++) {
      const key = `${name}${at % KEYS_PER_WRITER}`;
      try {
        await rows.put(key, at);
        written.set(key, at);
      } catch {
        // Unknown: it may show, or not. A client that is closed refuses at once.
        await delay(10);
      }
    }
  };
  const shown = new Map<string, number>();
  const followed = new Map<string, number>();
  const dots = new Set<string>();
  let again = 0;
  const follow = async (): Promise<void> => {
    for await (const { key, value, dots: named, initial } of rows.watch({ withExisting: true })) {
      if (key === "end") return;
      if (value === undefined) continue;
      shown.set(key, value);
      if (initial) continue;
      // One writer a key: its values rise. Only what died with the node that showed it goes, and nobody acknowledged that.
      const before = followed.get(key) ?? 0;
      if (value < before)
        expect(written.get(key) ?? 0, `${key} from ${before} to ${value}`).toBeLessThan(before);
      followed.set(key, value);
      if (named.every((dot) => dots.has(dot))) again += 1;
      for (const dot of named) dots.add(dot);
    }
  };
  const writers = WRITERS.map(write);
  await until("something is written", async () => (written.size > 40 ? undefined : "not yet"));
  let failure: unknown;
  const followers = follow().catch((thrown: unknown) => {
    failure = thrown;
  });
  const changed = (what: string, isEnough: () => boolean) =>
    until(what, () => (failure !== undefined || isEnough() ? undefined : "not yet"));
  for (const { id } of cluster.local.nodes) {
    const before = shown.size + dots.size;
    await changed("changes come", () => shown.size + dots.size > before + CHANGES);
    await cluster.local.kill(id);
    const during = dots.size;
    await changed(`changes come without ${id}`, () => dots.size > during + CHANGES);
    await backAgain(cluster, id);
    expect(failure).toBeUndefined();
  }
  isOver = true;
  await Promise.all(writers);
  await until("all that was written shows", async () => {
    const missing = [...written].filter(([key, at]) => (shown.get(key) ?? 0) < at);
    return missing.length === 0 ? undefined : `${missing.length} keys lack their last value`;
  });
  await rows.put("end", 0);
  await followers;
  expect(failure).toBeUndefined();
  // Only what a node had shown, and nobody else had yet when it was killed, comes again: what was being written then.
  expect(again).toBeLessThanOrEqual(cluster.local.nodes.length * WRITERS.length);
  for (const [key, at] of shown) expect((await rows.get(key)).value, key).toBe(at);
});
