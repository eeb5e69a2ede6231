/** What an application in one region sees of the keys that were written on both sides of the cut. */
import type { ConflictPlan } from "./conflict-plan.js";
import { type EditedPlace, TIPS_BUCKET } from "./conflict-writes.js";
import { PLACES_BUCKET } from "./import-phase.js";
import type { DemoSession } from "./session.js";

/** Key to the region whose edit its register shows; without those that show none, or cannot be read. */
export async function editorsSeenIn(
  session: DemoSession,
  plan: ConflictPlan,
  region: string,
): Promise<ReadonlyMap<string, string>> {
  const places = session.in(region).register<Partial<EditedPlace>>(PLACES_BUCKET);
  const keys = plan.registers.map(({ entry }) => entry.key);
  const results = await places.getMany(keys, { signal: session.signal });
  const editors = new Map<string, string>();
  for (const [at, result] of results.entries()) {
    const [key, editor] = [keys[at], result.ok ? result.result.value?.editedIn : undefined];
    if (key !== undefined && editor !== undefined) editors.set(key, editor);
  }
  return editors;
}

/** Key to the tips of its multi. */
export async function tipsSeenIn(
  session: DemoSession,
  plan: ConflictPlan,
  region: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const tips = session.in(region).multi<string>(TIPS_BUCKET);
  const reads = plan.multis.map(async ({ entry: { key } }) => {
    const { values } = await tips.get(key, { signal: session.signal });
    return [key, values] as const;
  });
  return new Map(await Promise.all(reads));
}

/** The same question to every region. */
export async function inEveryRegion<View>(
  session: DemoSession,
  ask: (region: string) => Promise<View>,
): Promise<ReadonlyMap<string, View>> {
  const views = session.regions.map(async (region) => [region, await ask(region)] as const);
  return new Map(await Promise.all(views));
}
