/**
 * Keys that are listed: written at the start of a story, most of them to stay, changed now and then, and scanned at moments
 * that faults aim at, or any, page after page at this node and that; and watched, here, then there, with a rest between.
 */
import type { SeededRandom } from "../runtime/simulated/index.js";
import { isStaying, LISTED_KEYS, type ListedType, listedKey } from "./listed-keys.js";
import type { Level, PlannedCall, PlannedListedWrite, PlannedScan, PlannedWatch } from "./plan.js";
import { type Focus, nodesOf, type Shape } from "./shape.js";

const STORY_CHANCE = 0.6;
const SETS_CHANCE = 0.25;
const FILL_MS = 2_500;
const SCANS_MAX = 3;
const AIM_CHANCE = 0.6;
/** A scan begins so long before what it aims at, at most. */
const AIM_BEFORE_MS = 500;
const CHANGES_A_SCAN = 4;
const CHANGES_BEFORE_MS = 700;
const CHANGES_AFTER_MS = 1_300;
const LEAVE_CHANCE = 0.6;
const PAGE_SIZE_MAX = 5;
const PAGES_A_VISIT_MAX = 3;
const PAUSE_MS = [5, 350] as const;
const WATCH_CHANCE = 0.9;
const NEWS = 6;
/** At an aimed watch: how long it is there before, and when it leaves. */
const LEAD_MS = [600, 3_000] as const;
const LEAVE_MS = [3, 120] as const;
const RIVALS = 5;
const RIVALS_MS = [-130, 20] as const;
const ABROAD_CHANCE = 0.25;
const STAYS_MAX = 5;
const STAY_MS = [300, 5_000] as const;
const REST_MS = [0, 900] as const;
/** Logs are trimmed meanwhile. */
const LONG_REST_MS = [8_000, 22_000] as const;
const LONG_REST_CHANCE = 0.2;

export function drawListed(
  random: SeededRandom,
  shape: Shape,
): (PlannedListedWrite | PlannedScan | PlannedWatch)[] {
  if (!random.chance(STORY_CHANCE)) return [];
  const type: ListedType = random.chance(SETS_CHANCE) ? "set" : "register";
  const draw = new Draw(random, shape, type);
  const fill = Array.from({ length: LISTED_KEYS }, (_, position) => draw.fill(position));
  const scans = Array.from({ length: 1 + random.below(SCANS_MAX) }, () => draw.scan());
  const changes = scans.flatMap(({ atMs }) =>
    Array.from({ length: CHANGES_A_SCAN }, () => draw.change(atMs)),
  );
  const watches = type === "register" && random.chance(WATCH_CHANCE) ? [draw.watch()] : [];
  return [...fill, ...scans, ...changes, ...watches.flatMap(({ watch, news }) => [watch, ...news])];
}

class Draw {
  readonly #random: SeededRandom;
  readonly #shape: Shape;
  readonly #type: ListedType;
  /** Whom the writes at the start go to. */
  readonly #home: number;

  constructor(random: SeededRandom, shape: Shape, type: ListedType) {
    this.#random = random;
    this.#shape = shape;
    this.#type = type;
    this.#home = random.below(nodesOf(shape));
  }

  fill(position: number): PlannedListedWrite {
    const level = this.#random.chance(0.5) ? "ALL" : "QUORUM";
    const call = this.#call(this.#random.between(0, FILL_MS), listedKey(this.#type, position), level);
    return { ...call, kind: "enter", node: this.#home };
  }

  scan(): PlannedScan {
    const random = this.#random;
    const focus = this.#focus();
    const isAimed = focus !== undefined && random.chance(AIM_CHANCE);
    const atMs = isAimed
      ? focus.atMs - random.between(0, AIM_BEFORE_MS)
      : random.between(FILL_MS, this.#shape.durationMs);
    const level = random.chance(0.6) ? "QUORUM" : "ONE";
    return {
      ...this.#call(Math.max(FILL_MS, atMs), listedKey(this.#type, 0), level),
      kind: "scan",
      type: this.#type,
      isTagged: random.chance(0.4),
      isReverse: random.chance(0.5),
      pageSize: 1 + random.below(PAGE_SIZE_MAX),
      pagesAVisit: 1 + random.below(PAGES_A_VISIT_MAX),
      nodes: Array.from({ length: 1 + random.below(3) }, () => random.below(nodesOf(this.#shape))),
      pauseMs: Math.round(random.between(...PAUSE_MS)),
    };
  }

  /** Beside a scan, often before it gets there. */
  change(scanAtMs: number): PlannedListedWrite {
    const random = this.#random;
    const atMs = scanAtMs + random.between(-CHANGES_BEFORE_MS, CHANGES_AFTER_MS);
    const key = listedKey(this.#type, random.below(LISTED_KEYS));
    const call = this.#call(atMs, key, random.chance(0.5) ? "QUORUM" : "ONE");
    const mayLeave = this.#type === "set" || !isStaying(key);
    return { ...call, kind: mayLeave && random.chance(LEAVE_CHANCE) ? "leave" : "enter" };
  }

  /** Often it leaves a node just when keys are written there, and goes on where others write the same. */
  watch(): { readonly watch: PlannedWatch; readonly news: PlannedListedWrite[] } {
    const random = this.#random;
    const focus = random.chance(AIM_CHANCE) ? this.#focus() : undefined;
    const atMs =
      focus === undefined ? random.between(0, 2 * FILL_MS) : focus.atMs - random.between(...LEAD_MS);
    const call = this.#call(atMs, listedKey("register", 0), random.chance(0.5) ? "QUORUM" : "ONE");
    const first = focus?.node ?? call.node;
    const stays = Array.from({ length: random.below(STAYS_MAX + 1) }, (_, visit) => {
      const isLeaving = visit === 0 && focus !== undefined;
      const forMs = isLeaving
        ? focus.atMs + random.between(...LEAVE_MS) - call.atMs
        : random.between(...STAY_MS);
      return { forMs: Math.max(1, Math.round(forMs)), restMs: isLeaving ? 0 : this.#rest() };
    });
    const watch: PlannedWatch = {
      ...call,
      kind: "watch",
      isTagged: random.chance(0.3),
      nodes: [first, ...stays.map(() => this.#nodeNear(first))],
      stays,
      pauseMs: random.chance(0.4) ? 0 : Math.round(random.between(...PAUSE_MS)),
    };
    const news = Array.from({ length: NEWS }, () => this.news());
    return { watch, news: focus === undefined ? news : [...news, ...this.#rivals(focus)] };
  }

  /** One key, of those with a tag, is written at the focus and elsewhere at once. */
  #rivals({ atMs, node }: Focus): PlannedListedWrite[] {
    const random = this.#random;
    const key = listedKey("register", LISTED_KEYS - 1 - random.below(2));
    return Array.from({ length: RIVALS }, (_, rival): PlannedListedWrite => {
      const call = this.#call(atMs + random.between(...RIVALS_MS), key, "ONE");
      return { ...call, kind: "enter", ...(rival === 0 ? { node, atMs } : {}) };
    });
  }

  /** Another one. */
  #nodeNear(node: number): number {
    const random = this.#random;
    const { nodesPerRegion } = this.#shape;
    const nodes = nodesOf(this.#shape);
    if (nodesPerRegion === 1 || random.chance(ABROAD_CHANCE))
      return (node + 1 + random.below(nodes - 1)) % nodes;
    const first = node - (node % nodesPerRegion);
    return first + ((node - first + 1 + random.below(nodesPerRegion - 1)) % nodesPerRegion);
  }

  #focus(): Focus | undefined {
    return this.#shape.focuses[this.#random.below(this.#shape.focuses.length)];
  }

  #rest(): number {
    const [least, most] = this.#random.chance(LONG_REST_CHANCE) ? LONG_REST_MS : REST_MS;
    return Math.round(this.#random.between(least, most));
  }

  /** Something for a watch to show, at any time, or just when something is to happen. */
  news(): PlannedListedWrite {
    const random = this.#random;
    const focus = this.#focus();
    const isAimed = focus !== undefined && random.chance(AIM_CHANCE);
    return this.change(isAimed ? focus.atMs : random.between(0, this.#shape.durationMs));
  }

  #call(atMs: number, key: number, level: Level): PlannedCall {
    return {
      atMs: Math.max(0, Math.round(atMs)),
      client: this.#random.below(this.#shape.clients),
      key,
      node: this.#random.below(nodesOf(this.#shape)),
      level,
      timeoutMs: 800,
      isSloppy: false,
      retries: [],
      lingersMs: 0,
      isOfSession: false,
    };
  }
}
