/** A plan for people: one line an action. */
import { batchNameOf } from "./batches.js";
import { keyName } from "./history.js";
import { lifetimeNameOf } from "./lifetimes.js";
import { listedNameOf, prefixOf } from "./listed-keys.js";
import { type Action, isFault, type Plan, type PlannedFault, REGIONS } from "./plan.js";

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
  const sloppy = action.isSloppy ? " sloppy" : "";
  const session = action.isOfSession ? " of its session" : "";
  const retries = action.retries.map(({ afterMs, node }) => `, again after ${afterMs} ms at ${at(node)}`);
  const lingers = action.lingersMs > 0 ? `, under way for ${action.lingersMs} ms` : "";
  const how = `at ${at(action.node)}, ${action.level}, ${action.timeoutMs} ms${sloppy}${session}`;
  return `client ${action.client}: ${whatOf(plan, action)} ${how}${contextOf(action)}${lingers}${[...retries, ...readsOf(action, at)].join("")}`;
}

type Operation = Exclude<Action, PlannedFault>;

function whatOf(plan: Plan, action: Operation): string {
  if (action.kind === "lasting" || action.kind === "glance") {
    const lasts = action.kind === "glance" ? "" : ` for ${action.ttlMs} ms`;
    return `${action.kind} ${lifetimeNameOf(action.key)}${lasts}`;
  }
  if (action.kind === "enter" || action.kind === "leave") return `${action.kind} ${listedNameOf(action.key)}`;
  if (action.kind === "scan") {
    const way = action.isReverse ? " backwards" : "";
    return `scan of ${action.type}s ${prefixOf(action.isTagged)}${way}, ${action.pageSize} a page`;
  }
  if (action.kind === "batch" || action.kind === "peek") return `${action.kind} ${batchNameOf(action.key)}`;
  if (action.kind === "watch") return `watch ${prefixOf(action.isTagged)}`;
  const isOfCompound = action.kind === "update" || action.kind === "look";
  const keys = isOfCompound ? plan.compounds : plan.keys;
  const index = action.key % Math.max(1, keys.length);
  const key = keys[index];
  const name = key === undefined ? "nothing" : keyName(key, index);
  if (action.kind === "update") return `${action.deed} ${name} element ${action.element}`;
  const element = action.kind === "look" && !action.isWhole ? ` element ${action.element}` : "";
  return `${action.kind} ${name}${element}`;
}

function contextOf(action: Operation): string {
  return "usesContext" in action && action.usesContext ? " with context" : "";
}

function readsOf(action: Operation, at: (index: number) => string): string[] {
  return "readsAgainAt" in action ? action.readsAgainAt.map((node) => `, then at ${at(node)}`) : [];
}

function nodeId(plan: Plan, index: number): string {
  const at = index % (plan.nodesPerRegion * REGIONS.length);
  return `${REGIONS[Math.floor(at / plan.nodesPerRegion)]}-${(at % plan.nodesPerRegion) + 1}`;
}
