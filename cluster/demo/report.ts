/** Everything that one run of the demo measured, as one document for programs. */
import type { LocalCluster } from "../local-cluster.js";
import type { Check } from "./check.js";
import type { CutMeasures } from "./cut-phase.js";
import type { HealMeasures } from "./heal-phase.js";
import type { ImportMeasures } from "./import-phase.js";
import type { PairLag, QuietMeasures } from "./lag-phase.js";

export interface DemoReport {
  /** Every check held. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly elapsedMs: number;
  readonly cluster: ClusterMeasures;
  readonly quiet: QuietMeasures;
  readonly import: ImportMeasures;
  /** Since the start, the import included. */
  readonly lag: readonly PairLag[];
  readonly cut: CutMeasures;
  readonly heal: HealMeasures;
}

interface ClusterMeasures {
  readonly id: string;
  readonly startedInMs: number;
  readonly data: string;
  /** It still runs. */
  readonly kept: boolean;
  readonly regions: readonly { readonly name: string; readonly endpoints: readonly string[] }[];
}

export function describeCluster(cluster: LocalCluster, startedInMs: number, kept: boolean): ClusterMeasures {
  return {
    id: cluster.id,
    startedInMs: Math.round(startedInMs),
    data: cluster.dataDir,
    kept,
    regions: cluster.regions.map((name) => ({ name, endpoints: cluster.endpoints(name) })),
  };
}
