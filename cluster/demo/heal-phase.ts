/** Heals the cut, times how long the nodes take to hold equal data, and reads what became of the conflicts. */
import { type Check, countCheck } from "./check.js";
import type { ConflictPlan } from "./conflict-plan.js";
import { TIPS_BUCKET, tipFrom } from "./conflict-writes.js";
import type { CutOutcome } from "./cut-phase.js";
import { pollUntil } from "./polling.js";
import { editorsSeenIn, inEveryRegion, tipsSeenIn } from "./regional-reads.js";
import type { DemoSession } from "./session.js";
import {
  type MultiSettlement,
  type RegisterSettlement,
  settleMultis,
  settleRegisters,
} from "./settlement.js";

const CONVERGENCE_TIMEOUT_MS = 45_000;
const RESOLUTION_TIMEOUT_MS = 15_000;
/** Digests of a node's data are a scan of it. */
const DIGEST_TIMEOUT_MS = 20_000;

export interface Convergence {
  /** From the heal to equal digests on all nodes, as the demo learnt of it; null when it did not in time. */
  readonly elapsedMs: number | null;
  readonly nodes: number;
  /** Different digests at the last look: 1 once converged. */
  readonly digests: number;
  /** Rows on each node at the last look: the fewest and the most. */
  readonly rows: { readonly least: number; readonly most: number };
}

interface Resolution {
  readonly key: string;
  readonly region: string;
  readonly siblings: readonly string[];
  readonly resolvedTo: string;
  /** Until every region showed the one value and no other; null when not all did in time. */
  readonly elapsedMs: number | null;
}

export interface HealMeasures {
  readonly convergence: Convergence;
  readonly registers: RegisterSettlement;
  readonly multis: MultiSettlement;
  readonly resolution: Resolution;
  /** After the resolution. */
  readonly final: Convergence;
}

export async function healAndSettle(
  session: DemoSession,
  plan: ConflictPlan,
  { registerWrites, multiWrites }: CutOutcome,
): Promise<HealMeasures> {
  const startMs = performance.now();
  await session.cluster.heal();
  const convergence = await converge(session, startMs);
  const placesByKey = new Map(plan.multis.map(({ entry }) => [entry.key, entry]));
  const editors = await inEveryRegion(session, (region) => editorsSeenIn(session, plan, region));
  const registers = settleRegisters(registerWrites, editors);
  const tips = await inEveryRegion(session, (region) => tipsSeenIn(session, plan, region));
  const multis = settleMultis(multiWrites, tips, ({ key, region }) => {
    const entry = placesByKey.get(key);
    return entry === undefined ? "" : tipFrom(region, entry);
  });
  const resolution = await resolveOne(session, plan);
  return { convergence, registers, multis, resolution, final: await converge(session, performance.now()) };
}

export function checkHeal(measures: HealMeasures): Check[] {
  const { convergence, registers, multis, resolution, final } = measures;
  const digestCheck = (name: string, { digests, nodes, rows }: Convergence): Check => ({
    name,
    ok: digests === 1 && rows.most > 0,
    detail: digests === 1 ? `${nodes} of ${nodes} nodes, ${rows.most} rows` : `${digests} different digests`,
  });
  return [
    digestCheck("all nodes have equal digests after the heal", convergence),
    countCheck("every register shows one winner in all regions", registers.agreed, registers.keys),
    countCheck("the winner is the write with the highest stamp", registers.lastWon, registers.keys),
    countCheck(
      "every other write to a register is gone",
      registers.discarded,
      registers.accepted - registers.keys,
    ),
    countCheck("multi kept the writes of both sides", multis.kept, multis.accepted),
    {
      name: "multi kept nothing that both sides had replaced",
      ok: multis.stale === 0,
      detail: `${multis.stale} stale values`,
    },
    {
      name: "siblings were resolved by one put, in all regions",
      ok: resolution.elapsedMs !== null && resolution.siblings.length > 1,
      detail: `${resolution.siblings.length} siblings of ${resolution.key}`,
    },
    digestCheck("all nodes have equal digests in the end", final),
  ];
}

/** Waits until all nodes tell the same digest. Each of them holds every partition. */
async function converge(session: DemoSession, startMs: number): Promise<Convergence> {
  const { nodes, signal } = session;
  let digests = new Set<string>();
  let rows: number[] = [];
  const areEqual = async (): Promise<boolean> => {
    const options = { summaryOnly: true, timeoutMs: DIGEST_TIMEOUT_MS, signal };
    const reports = await Promise.all(nodes.map(({ admin }) => admin.digest(options)));
    digests = new Set(reports.map((report) => report.all));
    rows = reports.map((report) => report.rows);
    return digests.size === 1;
  };
  /** As far as the nodes know, which is cheap to ask: digests that cannot be equal yet would only cost them time. */
  const isNothingMissing = async (): Promise<boolean> => {
    const reports = await Promise.all(nodes.map(({ admin }) => admin.lag({ signal })));
    return reports.every(({ peers }) => peers.every((peer) => peer.dotsMissing === 0));
  };
  const look = async (): Promise<boolean> => (await isNothingMissing()) && (await areEqual());
  const isEqual = (await pollUntil(look, CONVERGENCE_TIMEOUT_MS, signal)) || (await areEqual());
  return {
    elapsedMs: isEqual ? Math.round(performance.now() - startMs) : null,
    nodes: session.nodes.length,
    digests: digests.size,
    rows: { least: Math.min(...rows), most: Math.max(...rows) },
  };
}

/** Reads the siblings of one key where it was not written last, merges them, and waits until all regions show that. */
async function resolveOne(session: DemoSession, plan: ConflictPlan): Promise<Resolution> {
  const { signal } = session;
  const region = plan.others.at(-1) ?? plan.cutOff;
  const key = plan.multis[0]?.entry.key ?? "";
  const tips = session.in(region).multi<string>(TIPS_BUCKET);
  const read = await tips.get(key, { signal });
  const siblings = read.values.toSorted();
  const resolvedTo = siblings.join(", and ");
  const startMs = performance.now();
  await tips.put(key, resolvedTo, { context: read.context, signal });
  const isShownEverywhere = async (): Promise<boolean> => {
    const reads = session.regions.map((one) =>
      session.in(one).multi<string>(TIPS_BUCKET).get(key, { signal }),
    );
    return (await Promise.all(reads)).every(({ values }) => values.length === 1 && values[0] === resolvedTo);
  };
  const isResolved = await pollUntil(isShownEverywhere, RESOLUTION_TIMEOUT_MS, signal);
  const elapsedMs = isResolved ? Math.round(performance.now() - startMs) : null;
  return { key, region, siblings, resolvedTo, elapsedMs };
}
