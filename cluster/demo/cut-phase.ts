/** Cuts one region off, writes the same keys on both sides of the cut, and reads what each side makes of it. */
import { setTimeout as delay } from "node:timers/promises";
import { AtollError, type PutResult } from "../../src/client/index.js";
import { type Check, countCheck } from "./check.js";
import { type Conflict, type ConflictPlan, keysWrittenIn, sideOf } from "./conflict-plan.js";
import { PLACES_BUCKET } from "./import-phase.js";
import { type Latencies, LatencyRecorder } from "./latencies.js";
import type { Place } from "./places.js";
import { pollUntil } from "./polling.js";
import type { DemoSession } from "./session.js";

export const TIPS_BUCKET = "tips";

/** Longer than it takes the nodes to give up on each other: writes before and after that must both be accepted. */
const CUT_MS = 5000;
const VIEW_TIMEOUT_MS = 15_000;

/** What the register of a place holds once somebody has edited it. */
export interface EditedPlace extends Place {
  readonly editedIn: string;
}

/** A write that the cluster acknowledged during the cut. */
export interface AcceptedWrite {
  readonly key: string;
  readonly region: string;
  /** Its stamp. */
  readonly hlc: bigint;
}

export interface RegionWrites {
  readonly region: string;
  readonly attempted: number;
  readonly accepted: number;
  /** Why the first refused one was. */
  readonly firstError: string | undefined;
  readonly latencies: Latencies;
}

export interface RegionView {
  readonly region: string;
  readonly keys: number;
  /** Keys that show what was written on this side of the cut. */
  readonly ownSide: number;
  /** Keys that show what was written on the other. */
  readonly otherSide: number;
}

export interface CutMeasures {
  readonly cutOff: string;
  readonly others: readonly string[];
  readonly elapsedMs: number;
  readonly writes: readonly RegionWrites[];
  readonly views: readonly RegionView[];
  /** Writes that wait for the other side, as the nodes count them. */
  readonly waiting: { readonly forCutOff: number; readonly forOthers: number };
}

export interface CutOutcome {
  readonly measures: CutMeasures;
  readonly registerWrites: readonly AcceptedWrite[];
  readonly multiWrites: readonly AcceptedWrite[];
}

/** Leaves the cluster cut. */
export async function writeDuringCut(session: DemoSession, plan: ConflictPlan): Promise<CutOutcome> {
  await writeFirstTips(session, plan);
  const startMs = performance.now();
  await session.cluster.partition(plan.cutOff);
  const written = await Promise.all(
    session.regions.map((region) => writeRegion(session, plan, region, startMs + CUT_MS)),
  );
  const views = await Promise.all(session.regions.map((region) => viewOf(session, plan, region)));
  const waiting = {
    forCutOff: await dotsBehind(session, plan.others, plan.cutOff),
    forOthers: await dotsBehind(session, [plan.cutOff], plan.others[0] ?? ""),
  };
  return {
    measures: {
      cutOff: plan.cutOff,
      others: plan.others,
      elapsedMs: Math.round(performance.now() - startMs),
      writes: written.map(({ writes }) => writes),
      views,
      waiting,
    },
    registerWrites: written.flatMap(({ registers }) => registers),
    multiWrites: written.flatMap(({ multis }) => multis),
  };
}

export function checkCut({ writes, views }: CutMeasures): Check[] {
  return [
    ...writes.map(({ region, attempted, accepted, firstError }) => {
      const check = countCheck(`${region} accepted every write during the cut`, accepted, attempted);
      return firstError === undefined ? check : { ...check, detail: `${check.detail}: ${firstError}` };
    }),
    ...views.map(({ region, keys, ownSide, otherSide }) => ({
      name: `${region} saw its own side's writes and none of the other's`,
      ok: ownSide === keys && otherSide === 0,
      detail: `${ownSide} of ${keys}, ${otherSide} from the other side`,
    })),
  ];
}

/** The text of a region's tip: what becomes a sibling. */
export function tipFrom(region: string, { place }: Conflict["entry"]): string {
  return `${region} recommends ${place.city}`;
}

/** Every tip has a first text in all regions, which both sides then replace. */
async function writeFirstTips(session: DemoSession, plan: ConflictPlan): Promise<void> {
  const tips = session.in(plan.others[0] ?? "").multi<string>(TIPS_BUCKET);
  for (const { entry } of plan.multis) {
    const text = `no tip for ${entry.place.city} yet`;
    await tips.put(entry.key, text, { consistency: "EACH_QUORUM", signal: session.signal });
  }
}

async function writeRegion(session: DemoSession, plan: ConflictPlan, region: string, endMs: number) {
  const client = session.in(region);
  const { signal } = session;
  const places = client.register<EditedPlace>(PLACES_BUCKET);
  const tips = client.multi<string>(TIPS_BUCKET);
  const latencies = new LatencyRecorder();
  const registers: AcceptedWrite[] = [];
  const multis: AcceptedWrite[] = [];
  let firstError: string | undefined;
  let attempted = 0;
  const attempt = async (accepted: AcceptedWrite[], { entry }: Conflict, write: () => Promise<PutResult>) => {
    attempted += 1;
    try {
      accepted.push({ key: entry.key, region, hlc: (await write()).hlc });
    } catch (error) {
      signal.throwIfAborted();
      firstError ??= AtollError.from(error).message;
    }
  };
  const writeTip = async ({ entry }: Conflict) => {
    const { context } = await tips.get(entry.key, { signal });
    return latencies.time(tips.put(entry.key, tipFrom(region, entry), { context, signal }));
  };
  const writePlace = ({ entry }: Conflict) =>
    latencies.time(places.put(entry.key, { ...entry.place, editedIn: region }, { signal }));

  const tasks = [
    ...keysWrittenIn(plan, region, plan.multis).map((one) => () => attempt(multis, one, () => writeTip(one))),
    ...keysWrittenIn(plan, region, plan.registers).map(
      (one) => () => attempt(registers, one, () => writePlace(one)),
    ),
  ];
  for (const [at, task] of tasks.entries()) {
    await task();
    const pauseMs = (endMs - performance.now()) / (tasks.length - at);
    if (pauseMs > 1) await delay(pauseMs, undefined, { signal });
  }
  const accepted = registers.length + multis.length;
  const writes: RegionWrites = { region, attempted, accepted, firstError, latencies: latencies.summary() };
  return { writes, registers, multis };
}

/** What the region reads, once it shows all that its side has written. */
async function viewOf(session: DemoSession, plan: ConflictPlan, region: string): Promise<RegionView> {
  const side = sideOf(plan, region);
  let [ownSide, otherSide] = [0, 0];
  const look = async (): Promise<boolean> => {
    const editors = await editorsSeenIn(session, plan, region);
    ownSide = editors.filter((editor) => editor !== undefined && side.includes(editor)).length;
    otherSide = editors.filter((editor) => editor !== undefined && !side.includes(editor)).length;
    return ownSide === plan.registers.length;
  };
  await pollUntil(look, VIEW_TIMEOUT_MS, session.signal);
  return { region, keys: plan.registers.length, ownSide, otherSide };
}

/** For each register of the plan the region whose edit is seen; undefined where none is. */
async function editorsSeenIn(
  session: DemoSession,
  plan: ConflictPlan,
  region: string,
): Promise<(string | undefined)[]> {
  const places = session.in(region).register<Partial<EditedPlace>>(PLACES_BUCKET);
  const keys = plan.registers.map(({ entry }) => entry.key);
  const results = await places.getMany(keys, { signal: session.signal });
  return results.map((result) => (result.ok ? result.result.value?.editedIn : undefined));
}

/** The most that any node of some regions holds and a node of the other has not acknowledged. */
async function dotsBehind(session: DemoSession, regions: readonly string[], behind: string): Promise<number> {
  const reports = await Promise.all(
    session.nodes
      .filter(({ region }) => regions.includes(region))
      .map(({ admin }) => admin.lag({ signal: session.signal })),
  );
  const peers = reports.flatMap((report) => report.peers.filter(({ region }) => region === behind));
  return Math.max(0, ...peers.map((peer) => peer.dotsBehind));
}
