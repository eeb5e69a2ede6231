import type { BalancingPolicy } from "./balancing.js";
import type { NodeHandle } from "./node-handle.js";
import type { RegionNodes, Route } from "./routing-table.js";

/** What decides the order beside the route. */
interface CandidateRules {
  readonly policy: BalancingPolicy;
  /** True when the region has just shown that it lacks the replicas for this request. */
  readonly isOut: (region: string) => boolean;
  /** Regions that refused this very request; may grow while the candidates are taken. */
  readonly refused: ReadonlySet<string>;
}

/**
 * The nodes to try for one request, best first: replicas at home by the policy, other nodes at home (they forward),
 * replicas elsewhere from the fastest region on, other nodes elsewhere. Nodes and regions that failed of late come
 * after all others, as a last resort. Lazy: a request that succeeds at once looks at its own replicas only.
 */
export function* candidates(route: Route, rules: CandidateRules): Generator<NodeHandle, undefined> {
  const lastResort: NodeHandle[] = [];
  if (rules.isOut(route.home.region)) {
    lastResort.push(...route.home.replicas, ...route.home.others);
  } else {
    yield* available(route.home.replicas, rules, lastResort);
    yield* available(route.home.others, rules, lastResort);
  }
  const away = fastestFirst(route.away).filter(({ region, replicas, others }) => {
    const isOut = rules.isOut(region);
    if (isOut) lastResort.push(...replicas, ...others);
    return !isOut;
  });
  for (const { replicas } of away) yield* available(replicas, rules, lastResort);
  for (const { others } of away) yield* available(others, rules, lastResort);
  for (const node of lastResort) {
    if (!rules.refused.has(node.region)) yield node;
  }
}

function* available(
  nodes: readonly NodeHandle[],
  rules: CandidateRules,
  lastResort: NodeHandle[],
): Generator<NodeHandle, undefined> {
  for (const node of rules.policy.order(nodes)) {
    if (rules.refused.has(node.region)) return;
    if (node.isAvoided) lastResort.push(node);
    else yield node;
  }
}

/** By the best answer time seen; regions that were never asked keep the layout's order, after the others. */
function fastestFirst(regions: readonly RegionNodes[]): readonly RegionNodes[] {
  if (regions.length < 2) return regions;
  return regions
    .map((region) => ({ region, latencyMs: bestLatencyMs(region) }))
    .sort((a, b) => (a.latencyMs === b.latencyMs ? 0 : a.latencyMs - b.latencyMs))
    .map(({ region }) => region);
}

function bestLatencyMs({ replicas, others }: RegionNodes): number {
  return [...replicas, ...others].reduce(
    (best, { latencyMs }) => Math.min(best, latencyMs ?? Number.POSITIVE_INFINITY),
    Number.POSITIVE_INFINITY,
  );
}
