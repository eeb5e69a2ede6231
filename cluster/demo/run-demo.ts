/**
 * The demo, from an empty machine to a converged cluster. Each phase measures, is judged by its own checks, and is told
 * to the narrator before the next begins.
 */
import { ClusterError } from "../cluster-error.js";
import type { LocalCluster } from "../local-cluster.js";
import type { Programs } from "../programs.js";
import { startCluster } from "../start-cluster.js";
import type { Check } from "./check.js";
import { planConflicts } from "./conflict-plan.js";
import { checkCut, writeDuringCut } from "./cut-phase.js";
import { checkHeal, healAndSettle } from "./heal-phase.js";
import { checkImport, importPlaces } from "./import-phase.js";
import { checkLag, measureQuietly, readLag } from "./lag-phase.js";
import * as narrative from "./narrative.js";
import { loadPlaces, type PlaceEntry } from "./places.js";
import { type DemoReport, describeCluster } from "./report.js";
import { DemoSession } from "./session.js";

const REGIONS = ["eu-west", "us-east", "ap-southeast"] as const;
const NODES_PER_REGION = 3;
const IMPORT_REGION = "eu-west";
const CUT_OFF_REGION = "ap-southeast";
/** Whatever happens, the demo ends. */
const DEMO_TIMEOUT_MS = 170_000;
const GRACE_MS = 5000;

interface DemoOptions {
  /** The most places to import; by default all of the data set. */
  readonly rows?: number | undefined;
  /** Leaves the cluster running, also after this process has ended. */
  readonly keep?: boolean | undefined;
  /** What the processes of the cluster run. By default the built programs. */
  readonly programs?: Programs | undefined;
  /** Ends the demo early: it rejects, and nothing is left running. */
  readonly signal?: AbortSignal | undefined;
  readonly narrator: Narrator;
}

/** Who tells people how the demo goes. */
export interface Narrator {
  line(text: string): void;
  /** What is going on right now; the next text takes its place. */
  progress(text: string): void;
}

/**
 * Resolves with the report, also when checks failed. Rejects with `ClusterError` when the demo cannot be run or takes
 * too long, with `AtollError` when a read or a question to a node fails for good, with either when `signal` aborts.
 * Then, and without `keep` always, the cluster is gone when this settles.
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const deadline = AbortSignal.timeout(DEMO_TIMEOUT_MS);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  const { narrator } = options;
  const keep = options.keep === true;
  const startMs = performance.now();
  const places = loadPlaces(options.rows);
  tell(narrator, narrative.opening(REGIONS, NODES_PER_REGION));
  const cluster = await startCluster({
    regions: REGIONS,
    nodesPerRegion: NODES_PER_REGION,
    wan: true,
    detach: keep,
    programs: options.programs,
    progress: (ready, total) => narrator.progress(`starting: ${ready} of ${total} processes are ready`),
    signal,
  });
  let isKept = false;
  try {
    const startedInMs = performance.now() - startMs;
    tell(narrator, narrative.started(cluster.nodes.length, startedInMs));
    const phases = await runPhases(cluster, places, narrator, signal);
    isKept = keep;
    const elapsedMs = Math.round(performance.now() - startMs);
    const ok = phases.checks.every((check) => check.ok);
    return { ok, elapsedMs, cluster: describeCluster(cluster, startedInMs, keep), ...phases };
  } catch (error) {
    if (!deadline.aborted) throw error;
    const message = `the demo did not end within ${DEMO_TIMEOUT_MS / 1000} s; fewer places (--rows 500) take less`;
    throw new ClusterError("FAILED", message, error);
  } finally {
    if (!isKept) {
      narrator.progress("stopping the cluster");
      await cluster.down({ graceMs: GRACE_MS });
    }
  }
}

async function runPhases(
  cluster: LocalCluster,
  places: readonly PlaceEntry[],
  narrator: Narrator,
  signal: AbortSignal,
): Promise<Omit<DemoReport, "ok" | "elapsedMs" | "cluster">> {
  const checks: Check[] = [];
  /** What a phase found, and whether it may be so. */
  const conclude = (lines: readonly string[], judged: readonly Check[]): void => {
    tell(narrator, [...lines, ...judged.map(narrative.checkLine)]);
    checks.push(...judged);
  };
  await using session = await DemoSession.open(cluster, signal);

  tell(narrator, narrative.quietTitle());
  narrator.progress("every region writes a little");
  const quiet = await measureQuietly(session);
  const directions = REGIONS.length * (REGIONS.length - 1);
  conclude(narrative.quietLines(quiet), checkLag(quiet.lag, directions));

  tell(narrator, narrative.importTitle(IMPORT_REGION, places.length));
  const imported = await importPlaces(session, IMPORT_REGION, places, (count) =>
    narrator.progress(`imported ${count} of ${places.length} places`),
  );
  const lag = await readLag(session);
  conclude(narrative.importLines(imported, lag), checkImport(imported));

  const plan = planConflicts(places, REGIONS, CUT_OFF_REGION);
  tell(narrator, narrative.cutTitle(plan));
  narrator.progress("writing on both sides of the cut");
  const cut = await writeDuringCut(session, plan);
  conclude(narrative.cutLines(cut.measures), checkCut(cut.measures));

  tell(narrator, narrative.healTitle());
  narrator.progress("waiting for equal digests on all nodes");
  const heal = await healAndSettle(session, plan, cut);
  conclude(narrative.healLines(heal), checkHeal(heal));
  return { checks, quiet, import: imported, lag, cut: cut.measures, heal };
}

function tell(narrator: Narrator, lines: readonly string[]): void {
  for (const line of lines) narrator.line(line);
}
