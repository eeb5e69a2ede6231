/** A plan for people: one line an action. */
import { type Action, isFault, type Plan, REGIONS } from "./plan.js";

export function planLines(plan: Plan): string[] {
  const { settings } = plan;
  const offsets = plan.clockOffsetsMs.some((offset) => offset !== 0)
    ? `, clocks ${plan.clockOffsetsMs.join(", ")} ms ahead`
    : "";
  return [
    `seed ${plan.seed}: ${REGIONS.length} regions of ${plan.nodesPerRegion}, ${plan.partitions} partitions with at most ${plan.replicasPerRegion} replicas a region, fsync ${settings.fsync}, at most ${settings.maxSiblings} siblings, row cache ${settings.rowCacheBytes} bytes${offsets}`,
    ...plan.actions.map((action) => `${String(action.atMs).padStart(8)} ms  ${inWords(plan, action)}`),
  ];
}

function inWords(plan: Plan, action: Action): string {
  const at = (index: number): string => nodeId(plan, index);
  if (isFault(action))
    return `fault ${action.fault}, node ${at(action.node)}, peer ${at(action.peer)}, for ${action.forMs} ms, amount ${action.amount}`;
  const key = plan.keys[action.key % plan.keys.length];
  const name = `${key?.isStrict === true ? "strict" : "loose"}-${key?.type}-${action.key % plan.keys.length}`;
  const sloppy = action.isSloppy ? " sloppy" : "";
  const context = action.usesContext ? " with context" : "";
  const retries = action.retries.map(({ afterMs, node }) => `, again after ${afterMs} ms at ${at(node)}`);
  const lingers = action.lingersMs > 0 ? `, under way for ${action.lingersMs} ms` : "";
  const reads = action.readsAgainAt.map((node) => `, then at ${at(node)}`);
  return `client ${action.client}: ${action.kind} ${name} at ${at(action.node)}, ${action.level}, ${action.timeoutMs} ms${sloppy}${context}${lingers}${[...retries, ...reads].join("")}`;
}

function nodeId(plan: Plan, index: number): string {
  const at = index % (plan.nodesPerRegion * REGIONS.length);
  return `${REGIONS[Math.floor(at / plan.nodesPerRegion)]}-${(at % plan.nodesPerRegion) + 1}`;
}
