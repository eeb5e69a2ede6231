/**
 * What the clients of a run do: a background of everything, bursts of strict reads around strict writes, and sessions that
 * go on at another node with what they just wrote, maybe before it has come there.
 */
import type { SeededRandom } from "../runtime/simulated/index.js";
import { drawRetries } from "./draw-retries.js";
import { withFarewell } from "./farewell.js";
import { LEVELS, type Level, type PlannedOperation } from "./plan.js";
import { type Focus, nodesOf, type Shape } from "./shape.js";

const READ_CHANCE = 0.35;
const DELETE_CHANCE = 0.2;
const CONTEXT_CHANCE = 0.65;
const RETRY_CHANCE = 0.5;
const LINGER_CHANCE = 0.15;
const LINGER_MS_MAX = 900;
const SLOPPY_CHANCE = 0.5;
const TIMEOUTS_MS = [300, 800, 2_000];
/** A client mostly talks to the node that it is next to. */
const ROAM_CHANCE = 0.3;
/** Writes come in bursts of up to this many. */
const BURST_MAX = 4;
const FOCUS_READS = 6;
const FOCUS_READ_AGAIN_CHANCE = 0.5;
const FOCUS_RETRY_CHANCE = 0.4;
/** Puts and deletes in turn of a key with siblings. */
const FOCUS_CHANGES_MAX = 5;
const FOCUS_CHANGE_GAP_MS = 500;
/** Anti-entropy evens out within seconds what one write left uneven; the reads have to come before. */
const FOCUS_READ_GAP_MS = 330;
/** At so many of the focuses a session moves to another node. */
const MOVE_CHANCE = 0.5;
const MOVE_READS = 3;
/** Shorter than most ways between regions. */
const MOVE_GAP_MS = 90;
const LONELY_CHANCE = 0.4;
const LONELY_MAX = 4;
/** As long as a node may be cut off. */
const LONELY_MS = 7_000;
/** Those at which one node alone may write. */
const ALONE: readonly Level[] = ["ONE", "LOCAL_ONE"];
/** And those at which it needs others, or fallbacks for them. */
const HELPED: readonly Level[] = ["TWO", "LOCAL_QUORUM", "QUORUM", "EACH_QUORUM"];

export function drawWorkload(random: SeededRandom, shape: Shape): PlannedOperation[] {
  const background = random.split("background");
  const sloppy = random.split("sloppy");
  const operations: PlannedOperation[] = [];
  while (operations.length < shape.operations) {
    let atMs = background.between(0, shape.durationMs);
    const client = background.below(shape.clients);
    for (let left = 1 + background.below(BURST_MAX); left > 0; left--) {
      const isSloppy = sloppy.chance(SLOPPY_CHANCE);
      operations.push(drawOperation(background, shape, { client, atMs: Math.round(atMs), isSloppy }));
      atMs += background.between(0, 120);
    }
  }
  const focused = random.split("focused");
  const moves = random.split("moves");
  const lonely = random.split("lonely");
  return withFarewell(random.split("farewell"), shape, [
    ...operations,
    ...shape.focuses.flatMap((focus) => drawFocused(focused, shape, focus)),
    ...shape.focuses
      .filter(() => moves.chance(MOVE_CHANCE))
      .flatMap((focus) => drawMove(moves, shape, focus)),
    ...shape.focuses
      .filter(() => lonely.chance(LONELY_CHANCE))
      .flatMap((focus) => drawLonely(lonely, shape, focus)),
  ]);
}

function drawOperation(
  random: SeededRandom,
  shape: Shape,
  given: Pick<PlannedOperation, "client" | "atMs" | "isSloppy">,
): PlannedOperation {
  const key = random.below(shape.keys.length);
  const planned = shape.keys[key];
  const isRead = random.chance(READ_CHANCE);
  const hasContext = random.chance(CONTEXT_CHANCE);
  // A delete of a multi without a context removes what its coordinator sees, which no client can know.
  const mayDelete = planned?.type === "register" || hasContext;
  const isDelete = random.chance(DELETE_CHANCE) && mayDelete;
  const level = LEVELS[random.below(LEVELS.length)] ?? "ONE";
  return {
    ...given,
    kind: isRead ? "get" : isDelete ? "delete" : "put",
    key,
    node: random.chance(ROAM_CHANCE) ? random.below(nodesOf(shape)) : given.client,
    level: planned?.isStrict === true ? "QUORUM" : level,
    timeoutMs: TIMEOUTS_MS[random.below(TIMEOUTS_MS.length)] ?? 800,
    usesContext: hasContext,
    isSloppy: given.isSloppy && !isRead && planned?.isStrict !== true,
    retries: isRead || !random.chance(RETRY_CHANCE) ? [] : drawRetries(random, shape, given.atMs),
    lingersMs: isRead || !random.chance(LINGER_CHANCE) ? 0 : Math.round(random.between(0, LINGER_MS_MAX)),
    isOfSession: false,
    readsAgainAt: [],
  };
}

const PLAIN = { retries: [], isSloppy: false, lingersMs: 0, isOfSession: false, readsAgainAt: [] } as const;

/**
 * After a focus, a session that goes on at the one node that may lose what it holds, whoever else is there: at levels that
 * this node meets alone, or with the help of fallbacks.
 */
function drawLonely(random: SeededRandom, shape: Shape, { atMs }: Focus): PlannedOperation[] {
  const base = { ...PLAIN, client: random.below(shape.clients), node: shape.victim, timeoutMs: 800 };
  return Array.from({ length: 1 + random.below(LONELY_MAX) }, (): PlannedOperation => {
    const isSloppy = random.chance(SLOPPY_CHANCE);
    const levels = isSloppy ? HELPED : ALONE;
    return {
      ...base,
      kind: "put",
      key: looseKeyOf(random, shape),
      atMs: Math.round(atMs + random.between(0, LONELY_MS)),
      level: levels[random.below(levels.length)] ?? "ONE",
      usesContext: random.chance(CONTEXT_CHANCE),
      isSloppy,
    };
  });
}

function looseKeyOf(random: SeededRandom, { keys }: Shape): number {
  const loose = keys.flatMap(({ isStrict }, i) => (isStrict ? [] : [i]));
  return loose[random.below(loose.length)] ?? 0;
}

/** A strict write, or some of a key with siblings, and strict reads at its coordinator and at others, in turn. */
function drawFocused(random: SeededRandom, shape: Shape, focus: Focus): PlannedOperation[] {
  const base = {
    ...PLAIN,
    client: random.below(shape.clients),
    key: focus.key,
    level: "QUORUM" as Level,
  };
  const isRegister = shape.keys[focus.key]?.type === "register";
  let writtenAtMs = focus.atMs;
  const writes = Array.from({ length: isRegister ? 1 : 1 + random.below(FOCUS_CHANGES_MAX) }, (_, i) => {
    const isDelete = isRegister ? random.chance(0.3) : i % 2 === 1;
    const hasContext = isRegister ? !isDelete && random.chance(0.5) : isDelete || random.chance(0.3);
    const write: PlannedOperation = {
      ...base,
      kind: isDelete ? "delete" : "put",
      atMs: writtenAtMs,
      node: focus.node,
      timeoutMs: 400,
      usesContext: hasContext,
      retries: random.chance(FOCUS_RETRY_CHANCE) ? drawRetries(random, shape, writtenAtMs) : [],
    };
    writtenAtMs += Math.round(random.between(50, FOCUS_CHANGE_GAP_MS));
    return write;
  });
  let atMs = focus.atMs + random.between(0, FOCUS_READ_GAP_MS);
  const reads = Array.from({ length: FOCUS_READS }, (_, i): PlannedOperation => {
    atMs += random.between(20, FOCUS_READ_GAP_MS);
    const node = i % 2 === 0 ? focus.node : random.below(nodesOf(shape));
    const readsAgainAt = random.chance(FOCUS_READ_AGAIN_CHANCE) ? [random.below(nodesOf(shape))] : [];
    const read = { ...base, readsAgainAt, node, timeoutMs: 500, usesContext: false };
    return { ...read, kind: "get", atMs: Math.round(atMs) };
  });
  return [...writes, ...reads];
}

/** A write at one node; what replaces it, and reads, at another. Mostly that one is of the focus, which faults aim at. */
function drawMove(random: SeededRandom, shape: Shape, focus: Focus): PlannedOperation[] {
  const key = looseKeyOf(random, shape);
  const other = (focus.node + 1 + random.below(nodesOf(shape) - 1)) % nodesOf(shape);
  const [from, to] = random.chance(0.7) ? [other, focus.node] : [focus.node, other];
  const base = { ...PLAIN, client: random.below(shape.clients), key, timeoutMs: 800 };
  const levelOf = (levels: readonly Level[]): Level => levels[random.below(levels.length)] ?? "ONE";
  let atMs = focus.atMs;
  const next = (): number => {
    atMs += random.between(2, MOVE_GAP_MS);
    return Math.round(atMs);
  };
  const written: PlannedOperation = {
    ...base,
    kind: "put",
    atMs: next(),
    node: from,
    level: levelOf(ALONE),
    usesContext: random.chance(0.5),
  };
  const replacing: PlannedOperation = {
    ...base,
    kind: random.chance(0.5) ? "put" : "delete",
    atMs: next(),
    node: to,
    level: levelOf(LEVELS),
    usesContext: shape.keys[key]?.type === "multi" || random.chance(0.5),
  };
  const reads = Array.from({ length: MOVE_READS }, (): PlannedOperation => {
    const node = random.chance(0.7) ? to : from;
    return { ...base, kind: "get", atMs: next(), node, level: levelOf(LEVELS), usesContext: false };
  });
  return [written, replacing, ...reads];
}
