// A vitest sequencer: the files that take longest begin first, so that no worker is left with one of them when the others
// have nothing more to do. Where no earlier run is known, as on a new machine, vitest would go by the sizes of the files.
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONGEST = [
  "test/e2e/sim.test.ts",
  "test/e2e/chaos.test.ts",
  "test/e2e/faults-kill.test.ts",
  "test/e2e/cli-keys.test.ts",
  "test/e2e/remove-member.test.ts",
  "test/e2e/faults-watch.test.ts",
  "test/e2e/faults-partition.test.ts",
  "test/e2e/faults-scan.test.ts",
  "test/e2e/package.test.ts",
  "test/integration/data-types.test.ts",
  "test/integration/cluster-faults.test.ts",
  "test/simulation/catch-up-restarts.test.ts",
  "test/simulation/catch-up.test.ts",
  "test/simulation/log-trimming.test.ts",
  "test/simulation/hints.test.ts",
  "test/simulation/type-costs.test.ts",
  "test/simulation/members.test.ts",
  "test/unit/crdt/history.test.ts",
  "test/unit/runtime/node/level-log.test.ts",
  "test/unit/client/failover.test.ts",
  "test/unit/replica/catch-up.test.ts",
];

function place({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return at === -1 ? LONGEST.length : at;
}

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    return others.toSorted((a, b) => place(a) - place(b));
  }
}
