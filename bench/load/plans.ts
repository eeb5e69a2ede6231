/** Divides a load among client processes, and those among regions. */
import type { LoadPlan } from "./plan.js";

/** What is asked for in all; `concurrency` alone is of each process. */
export interface WholeLoad extends Omit<LoadPlan, "process" | "processes" | "target"> {
  readonly target: Omit<LoadPlan["target"], "region" | "endpoints">;
  readonly processes: number;
  /** Processes take turns among them; none: each process is told its region by the store. */
  readonly sites: readonly Site[];
}

/** Where a client process is, and whom it asks first. */
export interface Site {
  readonly region: string | undefined;
  readonly endpoints: readonly string[];
}

export function divide(whole: WholeLoad): LoadPlan[] {
  const { operations, perSecond, processes, sites, target, ...shared } = whole;
  return Array.from({ length: processes }, (_, process) => {
    const { endpoints = [], region } = sites[process % sites.length] ?? {};
    return {
      ...shared,
      target: { ...target, endpoints: [...endpoints], region },
      operations: operations === undefined ? undefined : share(operations, process, processes),
      perSecond: perSecond === undefined ? undefined : perSecond / processes,
      process,
      processes,
    };
  });
}

/** The first ones take what is left over. */
function share(total: number, process: number, processes: number): number {
  return Math.floor(total / processes) + (process < total % processes ? 1 : 0);
}
