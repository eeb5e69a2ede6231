/**
 * Stories of values that expire: maybe an older one that stays, then one or two with an end, reads on both sides of it, and
 * maybe a rival at once, maybe a newer one that stays, often just when the old one is being reclaimed, at a node that may tell the others late.
 */
import type { SeededRandom } from "../runtime/simulated/index.js";
import { drawKeptBack } from "./draw-kept-back.js";
import { type LifetimeType, lifetimeKey } from "./lifetimes.js";
import type { PlannedCall, PlannedGlance, PlannedLasting } from "./plan.js";
import { nodesOf, type Shape } from "./shape.js";

const STORIES_MAX = 3;
/** Registers have more to lose. */
const STORY_TYPES: readonly LifetimeType[] = ["register", "register", "multi", "set", "counter", "flag"];
const TTL_MS = [1_500, 6_000] as const;
const OLDER_CHANCE = 0.5;
/** Longer than two clocks may be apart, so that the older has the lower stamp. */
const OLDER_MS = 1_300;
/** Somebody else puts at once, without waiting for others. */
const RIVAL_CHANCE = 0.4;
const RIVAL_WITHIN_MS = 30;
const SECOND_CHANCE = 0.5;
const SECOND_WITHIN_MS = 400;
/** What one node counts twice is one part of the counter. */
const SAME_NODE_CHANCE = 0.5;
const NEWER_CHANCE = 0.6;
/** So many of the second ones stay: what has an end goes without them. */
const SECOND_STAYS_CHANCE = 0.4;
/** Of the end of a value until it is reclaimed, while clocks are right, and around that. */
const RECLAIMED_MS = 1_000;
const RECLAIMED_AFTER_MS = [930, 1_110] as const;
/** Where the node may be cut off then. */
const CUT_OFF_AFTER_MS = [400, 1_050] as const;
const LATER_MS = [900, 4_000] as const;
const AT_THE_MOMENT_CHANCE = 0.7;
/** Before and after the end. */
const READS_AT_MS = [-2_600, -1_400, -600, 300, 700, 1_100, 2_500] as const;
const READ_JITTER_MS = 350;
const AIM_CHANCE = 0.5;

export function drawLifetimes(random: SeededRandom, shape: Shape): (PlannedLasting | PlannedGlance)[] {
  const stories = Array.from({ length: random.below(STORIES_MAX + 1) }, (_, story) =>
    drawStory(random.split(`story/${story}`), shape, story),
  );
  return [...stories.flat(), ...drawKeptBack(random.split("kept-back"), shape, STORIES_MAX)];
}

function drawStory(random: SeededRandom, shape: Shape, story: number): (PlannedLasting | PlannedGlance)[] {
  const type = STORY_TYPES[random.below(STORY_TYPES.length)] ?? "register";
  const key = lifetimeKey(story, type);
  const call = (atMs: number): PlannedCall => ({
    atMs: Math.max(0, Math.round(atMs)),
    client: random.below(shape.clients),
    key,
    node: random.below(nodesOf(shape)),
    level: "QUORUM",
    timeoutMs: 800,
    isSloppy: false,
    retries: [],
    lingersMs: 0,
    isOfSession: false,
  });
  const ttlMs = Math.round(random.between(...TTL_MS));
  const aim = drawAim(random, shape);
  const startMs = Math.max(OLDER_MS, startOf(aim, ttlMs));
  const write = (atMs: number, lastsMs: number): PlannedLasting => ({
    ...call(atMs),
    kind: "lasting",
    ttlMs: lastsMs,
  });
  const first = write(startMs, ttlMs);
  const writes = [first];
  if (type === "register" && (aim.at === "older" || random.chance(OLDER_CHANCE)))
    writes.push({ ...write(startMs - OLDER_MS, 0), ...(aim.at === "older" ? cutOffAt(aim) : {}) });
  if (type === "register" && random.chance(RIVAL_CHANCE))
    writes.push({
      ...write(startMs + random.between(0, RIVAL_WITHIN_MS), random.chance(0.5) ? 0 : ttlMs),
      level: "ONE",
    });
  const mayHaveTwo = type === "multi" || type === "counter";
  if (mayHaveTwo && random.chance(SECOND_CHANCE)) {
    const lastsMs = random.chance(SECOND_STAYS_CHANCE) ? 0 : Math.round(random.between(...TTL_MS));
    const second = write(startMs + random.between(0, SECOND_WITHIN_MS), lastsMs);
    writes.push(random.chance(SAME_NODE_CHANCE) ? { ...second, node: first.node } : second);
  }
  const lastMs = Math.max(...writes.map((each) => each.atMs + each.ttlMs));
  if (type !== "counter" && random.chance(NEWER_CHANCE)) {
    const atTheMoment = aim.at === "reclaimed" ? CUT_OFF_AFTER_MS : RECLAIMED_AFTER_MS;
    const [least, most] = random.chance(AT_THE_MOMENT_CHANCE) ? atTheMoment : LATER_MS;
    const newer = write(lastMs + random.between(least, most), 0);
    const level = random.chance(0.7) ? "ONE" : "QUORUM";
    writes.push({ ...newer, level, ...(aim.at === "reclaimed" ? cutOffAt(aim) : {}) });
  }
  const reads = READS_AT_MS.map((afterMs): PlannedGlance => {
    const atMs = startMs + ttlMs + afterMs + random.between(0, READ_JITTER_MS);
    return { ...call(Math.max(startMs, atMs)), kind: "glance" };
  });
  return [...writes, ...reads];
}

/** What of a story is at a focus, which faults aim at: that write goes to the node that may be cut off, and to no other. */
interface Aim {
  readonly at: "older" | "end" | "reclaimed";
  readonly atMs: number;
  readonly node: number | undefined;
}

function drawAim(random: SeededRandom, shape: Shape): Aim {
  const focus = random.chance(AIM_CHANCE) ? shape.focuses[random.below(shape.focuses.length)] : undefined;
  if (focus === undefined) return { at: "end", atMs: random.between(500, shape.durationMs), node: undefined };
  const at = (["older", "end", "reclaimed"] as const)[random.below(3)] ?? "end";
  return { at, atMs: focus.atMs, node: focus.node };
}

function startOf({ at, atMs }: Aim, ttlMs: number): number {
  switch (at) {
    case "older":
      return atMs + OLDER_MS;
    case "end":
      return atMs - ttlMs;
    case "reclaimed":
      return atMs - ttlMs - RECLAIMED_MS;
  }
}

function cutOffAt({ node }: Aim): Partial<Pick<PlannedCall, "node" | "level">> {
  return node === undefined ? {} : { node, level: "ONE" };
}
