/** Cuts one region off, writes the same keys on both sides of the cut, and reads what each side makes of it. */
import { type Check, countCheck } from "./check.js";
import { type ConflictPlan, sideOf } from "./conflict-plan.js";
import { type AcceptedWrite, ConflictWriter, type RegionWrites, TIPS_BUCKET } from "./conflict-writes.js";
import { pollUntil } from "./polling.js";
import { editorsSeenIn } from "./regional-reads.js";
import type { DemoSession } from "./session.js";

const VIEW_TIMEOUT_MS = 15_000;

interface RegionView {
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
  const writers = session.regions.map((region) => new ConflictWriter(session, plan, region));
  await Promise.all(writers.map((writer) => writer.run()));
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
      writes: writers.map((writer) => writer.measures),
      views,
      waiting,
    },
    registerWrites: writers.flatMap((writer) => writer.registers),
    multiWrites: writers.flatMap((writer) => writer.multis),
  };
}

export function checkCut({ writes, views }: CutMeasures): Check[] {
  return [
    ...writes.map(({ region, attempted, accepted, firstError }) =>
      countCheck(`${region} accepted every write during the cut`, accepted, attempted, firstError),
    ),
    ...views.map(({ region, keys, ownSide, otherSide }) => ({
      name: `${region} saw its own side's writes and none of the other's`,
      ok: ownSide === keys && otherSide === 0,
      detail: `${ownSide} of ${keys}, ${otherSide} from the other side`,
    })),
  ];
}

/** Every tip has a first text in all regions, which both sides then replace. */
async function writeFirstTips(session: DemoSession, plan: ConflictPlan): Promise<void> {
  const tips = session.in(plan.others[0] ?? "").multi<string>(TIPS_BUCKET);
  const options = { consistency: "EACH_QUORUM", signal: session.signal } as const;
  const puts = plan.multis.map(({ entry }) =>
    tips.put(entry.key, `no tip for ${entry.place.city} yet`, options),
  );
  await Promise.all(puts);
}

/** What the region reads, once it shows all that its side has written. */
async function viewOf(session: DemoSession, plan: ConflictPlan, region: string): Promise<RegionView> {
  const side = sideOf(plan, region);
  let [ownSide, otherSide] = [0, 0];
  const look = async (): Promise<boolean> => {
    const editors = [...(await editorsSeenIn(session, plan, region)).values()];
    ownSide = editors.filter((editor) => side.includes(editor)).length;
    otherSide = editors.length - ownSide;
    return ownSide === plan.registers.length;
  };
  await pollUntil(look, VIEW_TIMEOUT_MS, session.signal);
  return { region, keys: plan.registers.length, ownSide, otherSide };
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
