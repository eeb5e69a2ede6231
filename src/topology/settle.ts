/**
 * Turns a valid assignment of partitions to nodes into the best one: the loads as equal as the rules allow (least sum
 * of squares, hence also the least maximum), and among those the one that differs least from the assignment before.
 *
 * This is a minimum-cost flow, solved by cancelling negative cycles (Klein, 1967). The graph is small: its vertices
 * are the nodes, and its arc a → b is the cheapest exchange that takes some partition from a and gives it to b. A
 * vertex called the pool stands for "one more" and "one less": pool → a lowers the load of a, b → pool raises that of
 * b. While a cycle of negative cost exists, going round it improves the assignment; when none is left it is optimal.
 *
 * The cycle taken has the fewest arcs, and that is why its exchanges are valid together: were two of them, in one
 * partition, to use up the same bound, swapping their ends would cut the cycle in two, one of them negative and
 * shorter. (The rules of `spread.ts` are a tree of bounds, so an exchange is a path in that tree.)
 */
import { type Assignment, ExchangeGraph } from "./exchange-graph.js";
import type { Seat } from "./spread.js";

/** Improves `assignment` until nothing can be improved. Each step lowers an integer cost, so it ends. */
export function settle(assignment: Assignment): void {
  const graph = new ExchangeGraph(assignment);
  for (let step = nextStep(graph); step.length > 0; step = nextStep(graph)) {
    const exchanges = step.map(([from, to]) => graph.cheapestExchange(from, to));
    for (const exchange of exchanges) graph.apply(exchange);
  }
}

type Arc = readonly [from: Seat, to: Seat];

/** The exchanges to make next; none when the assignment is optimal. One exchange is always valid, and quick to find. */
function nextStep(graph: ExchangeGraph): readonly Arc[] {
  const single = bestSingle(graph);
  return single === undefined ? shortestNegativeCycle(graph) : [single];
}

function bestSingle(graph: ExchangeGraph): Arc | undefined {
  let best: Arc | undefined;
  let bestCost = 0;
  for (const from of graph.seats) {
    for (const to of graph.seats) {
      const cost = graph.cost(from.index, to.index) + graph.gain(to.index) + graph.loss(from.index);
      if (cost < bestCost) {
        best = [from, to];
        bestCost = cost;
      }
    }
  }
  return best;
}

/**
 * All shortest walks by number of arcs, one arc more at a time, until one comes home at a negative cost or nothing
 * changes any more. Vertices are seat indexes; the pool comes last.
 */
function shortestNegativeCycle(graph: ExchangeGraph): readonly Arc[] {
  const pool = graph.seats.length;
  const size = pool + 1;
  const arcs = arcCosts(graph, pool, size);
  let walks = new Float64Array(size * size).fill(Number.POSITIVE_INFINITY);
  for (let vertex = 0; vertex < size; vertex++) walks[vertex * size + vertex] = 0;
  /** For each number of arcs: the last vertex before the end of each walk that this arc made cheaper, or -1. */
  const lastVertices: Int32Array[] = [];
  while (lastVertices.length < size) {
    const longer = walks.slice();
    const lastVertex = new Int32Array(size * size).fill(-1);
    const isChanged = extendWalks(walks, arcs, longer, lastVertex, size);
    if (!isChanged) return [];
    lastVertices.push(lastVertex);
    walks = longer;
    for (let vertex = 0; vertex < size; vertex++) {
      if ((walks[vertex * size + vertex] ?? 0) < 0) return cycleThrough(vertex, lastVertices, graph, size);
    }
  }
  return [];
}

function arcCosts(graph: ExchangeGraph, pool: number, size: number): Float64Array {
  const arcs = new Float64Array(size * size).fill(Number.POSITIVE_INFINITY);
  for (let from = 0; from < pool; from++) {
    for (let to = 0; to < pool; to++) arcs[from * size + to] = graph.cost(from, to);
    arcs[from * size + pool] = graph.gain(from);
    arcs[pool * size + from] = graph.loss(from);
  }
  return arcs;
}

/** `longer` becomes the cheapest of each walk as it is and with one arc added. Whether that changed any. */
function extendWalks(
  walks: Float64Array,
  arcs: Float64Array,
  longer: Float64Array,
  lastVertex: Int32Array,
  size: number,
): boolean {
  let isChanged = false;
  for (let start = 0; start < size; start++) {
    const row = start * size;
    for (let via = 0; via < size; via++) {
      const walk = walks[row + via] ?? Number.POSITIVE_INFINITY;
      if (walk === Number.POSITIVE_INFINITY) continue;
      for (let end = 0; end < size; end++) {
        const cost = walk + (arcs[via * size + end] ?? Number.POSITIVE_INFINITY);
        if (cost < (longer[row + end] ?? 0)) {
          longer[row + end] = cost;
          lastVertex[row + end] = via;
          isChanged = true;
        }
      }
    }
  }
  return isChanged;
}

/** Walks back from `start` to itself; arcs to and from the pool exchange nothing and are left out. */
function cycleThrough(
  start: number,
  lastVertices: readonly Int32Array[],
  graph: ExchangeGraph,
  size: number,
): Arc[] {
  const cycle: Arc[] = [];
  let end = start;
  for (const lastVertex of lastVertices.toReversed()) {
    const via = lastVertex[start * size + end] ?? -1;
    if (via < 0) continue;
    const from = graph.seats[via];
    const to = graph.seats[end];
    if (from !== undefined && to !== undefined) cycle.unshift([from, to]);
    end = via;
  }
  return cycle;
}
