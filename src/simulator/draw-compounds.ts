/**
 * What clients do with counters, flags, sets and maps. Gatherings: a few clients change one key at once at several nodes,
 * and look at it. Journeys: a session writes at one node, and goes on at others, maybe before what it wrote or read has
 * come there, maybe because the node has died. Tallies: a node whose disk goes back counts on. All are drawn to the
 * focuses, at which faults aim.
 */
import type { SeededRandom } from "../runtime/simulated/index.js";
import { type Deed, elementsOf, OWN_ELEMENTS } from "./compounds.js";
import { drawRetries } from "./draw-retries.js";
import { LEVELS, type Level, type PlannedLook, type PlannedOperation, type PlannedUpdate } from "./plan.js";
import { type Focus, JOURNEY_KEYS, nodesOf, type Shape } from "./shape.js";

const GATHERINGS_ANYWHERE = 1;
/** Clients of a run come back to one key, as nodes do with other incarnations. */
const FAVOURITE_CHANCE = 0.5;
const GATHERING_CHANCE = 0.3;
const GATHERING_STEPS = [3, 7] as const;
const GATHERING_GAP_MS = 130;
/** Sometimes long enough for a node to come back with another incarnation. */
const LONG_GAP_CHANCE = 0.12;
const LONG_GAP_MS = 5_000;
const LOOK_CHANCE = 0.3;
const REMOVE_CHANCE = 0.35;
const CLEAR_CHANCE = 0.2;
const WHOLE_LOOK_CHANCE = 0.6;
const RETRY_CHANCE = 0.5;
const TALLY_CHANCE = 0.25;
const TALLY_MAX = 4;
/** Before a focus and after: the one disk that may lose something often does so at one. */
const TALLY_MS = [-1_500, 5_000] as const;
const JOURNEY_RETRY_CHANCE = 0.3;
const LINGER_CHANCE = 0.1;
const LINGER_MS_MAX = 900;
const SLOPPY_CHANCE = 0.3;
const JOURNEY_CHANCE = 0.25;
/** Shorter than most ways between regions. */
const JOURNEY_GAP_MS = 90;
const JOURNEY_REST_CHANCE = 0.2;
const JOURNEY_REST_MS = 2_500;
/** At which a node that lacks something would not hear of it from others. */
const ALONE: readonly Level[] = ["ONE", "LOCAL_ONE"];
const ALONE_CHANCE = 0.75;
const TIMEOUTS_MS = [400, 800, 2_000];

type Planned = PlannedOperation | PlannedUpdate | PlannedLook;

export function drawCompounds(random: SeededRandom, shape: Shape): Planned[] {
  const gatherings = random.split("gatherings");
  const journeys = random.split("journeys");
  const anywhere = (from: SeededRandom): Focus => ({
    atMs: Math.round(from.between(500, shape.durationMs)),
    node: from.below(nodesOf(shape)),
    key: 0,
  });
  const gatheredAt = [
    ...shape.focuses.filter(() => gatherings.chance(GATHERING_CHANCE)),
    ...Array.from({ length: GATHERINGS_ANYWHERE }, () => anywhere(gatherings)),
  ];
  const favourite = gatherings.below(shape.compounds.length);
  const journeysFrom = [...shape.focuses.filter(() => journeys.chance(JOURNEY_CHANCE)), anywhere(journeys)];
  const tallies = random.split("tallies");
  return [
    ...shape.focuses
      .filter(() => tallies.chance(TALLY_CHANCE))
      .flatMap((focus) => drawTally(tallies, shape, focus)),
    ...gatheredAt.flatMap((focus) => drawGathering(gatherings, shape, focus, favourite)),
    ...journeysFrom.flatMap((focus, index) => drawJourney(journeys, shape, focus, index)),
  ];
}

function drawGathering(random: SeededRandom, shape: Shape, focus: Focus, favourite: number): Planned[] {
  const key = random.chance(FAVOURITE_CHANCE) ? favourite : random.below(shape.compounds.length);
  const compound = shape.compounds[key];
  if (compound === undefined) return [];
  const { type, isCleared, isStrict } = compound;
  const nodes = [focus.node, random.below(nodesOf(shape)), random.below(nodesOf(shape))];
  let atMs = focus.atMs;
  const [least, most] = GATHERING_STEPS;
  return Array.from({ length: least + random.below(most - least + 1) }, (): Planned => {
    atMs += random.between(0, random.chance(LONG_GAP_CHANCE) ? LONG_GAP_MS : GATHERING_GAP_MS);
    const isLook = random.chance(LOOK_CHANCE);
    const isSloppy = random.chance(SLOPPY_CHANCE) && !isLook && !isStrict;
    const call = {
      atMs: Math.round(atMs),
      client: random.below(shape.clients),
      key,
      node: pick(random, nodes),
      level: isStrict ? ("QUORUM" as const) : pick(random, LEVELS),
      timeoutMs: pick(random, TIMEOUTS_MS),
      isSloppy,
      retries: isLook || !random.chance(RETRY_CHANCE) ? [] : drawRetries(random, shape, Math.round(atMs)),
      lingersMs: isLook || !random.chance(LINGER_CHANCE) ? 0 : Math.round(random.between(0, LINGER_MS_MAX)),
      isOfSession: false,
      element: random.below(elementsOf(type)),
    };
    return isLook
      ? { ...call, kind: "look", isWhole: random.chance(WHOLE_LOOK_CHANCE) }
      : { ...call, kind: "update", deed: drawDeed(random, isCleared) };
  });
}

/** The one node that may lose what it holds counts on alone, with another incarnation after it did. */
function drawTally(random: SeededRandom, shape: Shape, { atMs }: Focus): PlannedUpdate[] {
  const loose = shape.compounds.flatMap(({ type, isStrict }, i) =>
    type === "counter" && !isStrict ? [i] : [],
  );
  const base = {
    client: random.below(shape.clients),
    key: pick(random, loose),
    node: shape.victim,
    timeoutMs: 800,
  };
  const [earliestMs, latestMs] = TALLY_MS;
  return Array.from({ length: 2 + random.below(TALLY_MAX - 1) }, () => ({
    ...base,
    kind: "update",
    deed: "add",
    element: random.below(elementsOf("counter")),
    atMs: Math.max(0, Math.round(atMs + random.between(earliestMs, latestMs))),
    level: pick(random, ALONE),
    isSloppy: false,
    retries: [],
    lingersMs: 0,
    isOfSession: false,
  }));
}

function drawDeed(random: SeededRandom, isCleared: boolean): Deed {
  if (!isCleared || !random.chance(REMOVE_CHANCE)) return "add";
  return random.chance(CLEAR_CHANCE) ? "clear" : "remove";
}

/** Somebody else writes, too: what the session reads of it, it must not miss at the next node. */
function drawJourney(
  random: SeededRandom,
  shape: Shape,
  { atMs: startMs, node }: Focus,
  index: number,
): Planned[] {
  const other = (node + 1 + random.below(nodesOf(shape) - 1)) % nodesOf(shape);
  const [from, to] = random.chance(0.5) ? [other, node] : [node, other];
  const target = pick(random, TARGETS);
  let atMs = startMs;
  const call = (at: number) => {
    atMs += random.chance(JOURNEY_REST_CHANCE)
      ? random.between(0, JOURNEY_REST_MS)
      : random.between(2, JOURNEY_GAP_MS);
    return {
      atMs: Math.round(atMs),
      client: shape.clients + index,
      node: at,
      level: random.chance(ALONE_CHANCE) ? pick(random, ALONE) : pick(random, LEVELS),
      timeoutMs: pick(random, TIMEOUTS_MS),
      isSloppy: false,
      retries: random.chance(JOURNEY_RETRY_CHANCE) ? drawRetries(random, shape, Math.round(atMs)) : [],
      lingersMs: 0,
      isOfSession: true,
    };
  };
  const third = random.below(nodesOf(shape));
  const someone = { client: shape.clients - 1, isOfSession: false };
  if (target === "register" || target === "multi") {
    const key = shape.keys.length + JOURNEY_KEYS.findIndex(({ type }) => type === target);
    const get = { key, kind: "get", usesContext: false, readsAgainAt: [] } as const;
    const put = { ...get, kind: "put", usesContext: target === "multi" && random.chance(0.5) } as const;
    return [
      { ...call(from), ...put, ...someone, usesContext: false },
      { ...call(from), ...put, usesContext: false },
      { ...call(from), ...get },
      { ...call(to), ...get },
      { ...call(to), ...put },
      { ...call(third), ...get },
    ];
  }
  const key = shape.compounds.findIndex(({ type, isStrict }) => type === target && !isStrict);
  const look = { key, kind: "look", isWhole: true, element: 0 } as const;
  const isCounter = target === "counter";
  const theirs = isCounter ? 0 : OWN_ELEMENTS + 2 * index;
  const add = { key, kind: "update", deed: "add", element: theirs + 1 } as const;
  const removal = { ...add, deed: "remove", element: random.chance(0.5) ? theirs : add.element } as const;
  return [
    { ...call(from), ...add, ...someone, element: theirs },
    { ...call(from), ...add },
    { ...call(from), ...look },
    { ...call(to), ...look },
    { ...call(to), ...(isCounter ? add : removal) },
    { ...call(third), ...look },
  ];
}

const TARGETS = ["register", "multi", "counter", "set", "map"] as const;

function pick<T>(random: SeededRandom, from: readonly T[]): T {
  const picked = from[random.below(from.length)];
  if (picked === undefined) throw new Error("nothing to pick from");
  return picked;
}
