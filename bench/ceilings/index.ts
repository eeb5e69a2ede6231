/** What bounds a store on this machine: gRPC, LevelDB, the disk and coding, each bare. */
import type { CeilingGroup } from "./ceiling.js";
import { codecCeilings } from "./codec-ceilings.js";
import { diskCeilings } from "./disk-ceilings.js";
import { echoCeilings } from "./echo-ceilings.js";

export { UNARY_ECHO } from "./echo-ceilings.js";
export { type CeilingResult, measureAll } from "./rounds.js";

/** All of them, ready to be measured; close what comes back. */
export async function allCeilings(): Promise<CeilingGroup> {
  const groups: CeilingGroup[] = [codecCeilings(), await echoCeilings()];
  try {
    groups.push(await diskCeilings());
  } catch (error) {
    await closeAll(groups);
    throw error;
  }
  return { ceilings: groups.flatMap(({ ceilings }) => ceilings), close: () => closeAll(groups) };
}

async function closeAll(groups: readonly CeilingGroup[]): Promise<void> {
  await Promise.allSettled(groups.map((group) => group.close()));
}
