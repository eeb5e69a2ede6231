/** Runs a plan from start to verdict. */
import { SimulationError } from "../runtime/simulated/index.js";
import type { Plan } from "./plan.js";
import { Simulation } from "./simulation.js";
import { Trace } from "./trace.js";
import { type InvariantName, Violation } from "./violation.js";

interface FaultCoverage {
  /** Kinds that the plan has turned on. */
  readonly on: readonly string[];
  /** Those of them that had an effect. */
  readonly fired: readonly string[];
}

export interface RunReport {
  readonly seed: number;
  /** Of the whole trace: equal for two runs of one plan. */
  readonly hash: string;
  readonly virtualMs: number;
  readonly nodes: number;
  /** Attempts by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly coverage: FaultCoverage;
  readonly violation: { readonly invariant: InvariantName; readonly message: string } | undefined;
}

/** @param hooks `trace` collects the readable log. */
export function runPlan(plan: Plan, trace: Trace = new Trace(false)): RunReport {
  const simulation = new Simulation(plan, trace);
  let violation: RunReport["violation"];
  try {
    simulation.run();
  } catch (error) {
    violation = violationOf(error);
    trace.event(simulation.nowMs, `(${violation.invariant}) ${violation.message}`);
  }
  return {
    seed: plan.seed,
    hash: trace.hash,
    virtualMs: Math.round(simulation.nowMs),
    nodes: simulation.nodeCount,
    outcomes: Object.fromEntries([...simulation.history.outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
    coverage: { on: plan.swarm, fired: simulation.firedFaults },
    violation,
  };
}

/** Calls as they are in any checkout: a run comes out the same wherever its code lies. */
function withoutPlaces(stack: string): string {
  return stack.replace(/(?:file:\/\/)?\/[^\s()]*\/(src|test|node_modules)\//g, "$1/");
}

function violationOf(error: unknown): NonNullable<RunReport["violation"]> {
  const cause = error instanceof SimulationError && error.cause !== undefined ? error.cause : error;
  if (cause instanceof Violation) return { invariant: cause.invariant, message: cause.message };
  const message = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return { invariant: "defect", message: withoutPlaces(message) };
}
