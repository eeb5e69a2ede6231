/**
 * A rate limiter: so many requests for each caller in each window of time, counted in every region and by all of them.
 * Inside a region no more than the limit are allowed. Regions hear of each other's counts a moment later, so together they may allow more: at
 * most the limit in each of them, while they are cut off from each other. A limiter that asked all regions first would add
 * a round trip around the world to each request, and refuse all of them while one region is away.
 */
import assert from "node:assert/strict";
import { type AtollClient, connect } from "atolldb";
import type { LocalCluster } from "../cluster/index.js";
import { eventually, fresh, twoRegions } from "./eventually.js";

const LIMIT = 10;
const WINDOW_MS = 60_000;

class RateLimiter {
  readonly #hits;
  readonly #windowMs: number;

  constructor(db: AtollClient, windowMs = WINDOW_MS) {
    this.#hits = db.counter("hits");
    this.#windowMs = windowMs;
  }

  /** Counts first and looks then: of two requests at once, one at least sees both. Who is refused has counted, too. */
  async allows(caller: string, nowMs: number): Promise<boolean> {
    const key = this.#keyOf(caller, nowMs);
    // Twice as long as a window lasts: the counters of those that are over go by themselves.
    await this.#hits.add(key, 1, { ttlMs: 2 * this.#windowMs });
    return (await this.#hits.get(key)) <= LIMIT;
  }

  async count(caller: string, nowMs: number): Promise<number> {
    return await this.#hits.get(this.#keyOf(caller, nowMs));
  }

  #keyOf(caller: string, nowMs: number): string {
    return `{${caller}}:${Math.floor(nowMs / this.#windowMs)}`;
  }
}

async function allowedOf(limiter: RateLimiter, caller: string, nowMs: number): Promise<number> {
  let allowed = 0;
  for (let request = 0; request < LIMIT + 5; request += 1)
    if (await limiter.allows(caller, nowMs)) allowed += 1;
  return allowed;
}

export async function rateLimiter(cluster: LocalCluster): Promise<void> {
  const [home, away] = twoRegions(cluster.regions);
  await using here = await connect({ endpoints: cluster.endpoints(), region: home });
  await using there = await connect({ endpoints: cluster.endpoints(), region: away });
  const [near, far] = [new RateLimiter(here), new RateLimiter(there)];
  // One moment for all, so that no window ends under way.
  const nowMs = Date.now();

  const single = fresh("single");
  assert.equal(await allowedOf(near, single, nowMs), LIMIT);
  console.log(`in one region, of ${LIMIT + 5} requests ${LIMIT} were allowed`);

  const both = fresh("both");
  const [inHome, inAway] = await Promise.all([allowedOf(near, both, nowMs), allowedOf(far, both, nowMs)]);
  assert(inHome <= LIMIT && inAway <= LIMIT && inHome + inAway > 0);
  console.log(`in two regions at once: ${inHome} in ${home} and ${inAway} in ${away}`);

  for (const limiter of [near, far])
    await eventually(async () => assert.equal(await limiter.count(both, nowMs), 2 * (LIMIT + 5)));
  assert.equal(await near.allows(both, nowMs), false);
  assert.equal(await far.allows(both, nowMs), false);
  console.log("a moment later each region has counted all of them, and refuses more");

  const nextMs = nowMs + WINDOW_MS;
  assert.equal(await near.allows(both, nextMs), true);
  console.log("the next window begins at none");

  const brief = new RateLimiter(here, 500);
  assert.equal(await brief.allows(single, nowMs), true);
  await eventually(async () => assert.equal(await brief.count(single, nowMs), 0));
  console.log("the counter of a window that is over is gone");
}
