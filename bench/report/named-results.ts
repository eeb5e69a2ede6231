/** Runs of a report, each with a name that no other one has. */
import type { BenchResult } from "../load/index.js";

export interface NamedResult {
  readonly name: string;
  readonly result: BenchResult;
}

/** By what differs: the driver and the workload; then a number. */
export function named(results: readonly BenchResult[]): NamedResult[] {
  const plain = results.map(({ settings }) => `${settings.driver} ${settings.workload}`);
  return results.map((result, at) => {
    const name = plain[at] ?? "";
    const isUnique = plain.filter((other) => other === name).length === 1;
    return { name: isUnique ? name : `${name} #${at + 1}`, result };
  });
}
