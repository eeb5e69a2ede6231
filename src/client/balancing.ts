/**
 * Balancing policies: in which order to try the nodes that are equally good by place. Each is a pure function of the
 * candidates and its own small state. A policy returns a permutation of what it is given and never loses a node: the
 * tail of the order is where failover goes.
 */

/** What a policy may look at. */
export interface Candidate {
  readonly nodeId: string;
  /** Requests of this client that the node has not answered yet. */
  readonly inFlight: number;
  /** Moving average of the node's answer times; undefined until it has answered once. */
  readonly latencyMs: number | undefined;
}

export interface BalancingPolicy {
  /** Candidates in the order to try them. The argument is in the layout's order and stays as it is. */
  order<T extends Candidate>(candidates: readonly T[]): readonly T[];
}

/**
 * - `layout`: the preference order of the layout. Each key has one home in the region, which keeps caches warm.
 * - `round-robin`: each request starts at the next replica.
 * - `least-loaded`: the replica with the fewest unanswered requests of this client.
 * - `latency`: the replica that answered fastest of late; one request in twenty explores.
 * - `weighted`: at random, in proportion to `weights` by node id; a node without a weight counts 1, and one with
 *   weight 0 is used only when no other is left.
 */
export type Balancing =
  | "layout"
  | "round-robin"
  | "least-loaded"
  | "latency"
  | { readonly policy: "weighted"; readonly weights: Readonly<Record<string, number>> };

/** Uniform in [0, 1). */
type Uniform = () => number;

class LayoutPolicy implements BalancingPolicy {
  order<T extends Candidate>(candidates: readonly T[]): readonly T[] {
    return candidates;
  }
}

class RoundRobinPolicy implements BalancingPolicy {
  #turn = 0;

  order<T extends Candidate>(candidates: readonly T[]): readonly T[] {
    if (candidates.length < 2) return candidates;
    const start = this.#turn % candidates.length;
    this.#turn = (this.#turn + 1) % Number.MAX_SAFE_INTEGER;
    return [...candidates.slice(start), ...candidates.slice(0, start)];
  }
}

class LeastLoadedPolicy implements BalancingPolicy {
  order<T extends Candidate>(candidates: readonly T[]): readonly T[] {
    return candidates.toSorted((a, b) => a.inFlight - b.inFlight);
  }
}

/** How often `latency` tries a node that is not the fastest known, so that one that became fast is found. */
const EXPLORATION = 0.05;

class LatencyPolicy implements BalancingPolicy {
  readonly #uniform: Uniform;

  constructor(uniform: Uniform) {
    this.#uniform = uniform;
  }

  order<T extends Candidate>(candidates: readonly T[]): readonly T[] {
    // A node that never answered sorts first: it has to be tried to be known.
    const ordered = candidates.toSorted((a, b) => (a.latencyMs ?? -1) - (b.latencyMs ?? -1));
    if (ordered.length < 2 || this.#uniform() >= EXPLORATION) return ordered;
    const chosen = Math.floor(this.#uniform() * ordered.length);
    return [...ordered.slice(chosen, chosen + 1), ...ordered.slice(0, chosen), ...ordered.slice(chosen + 1)];
  }
}

/**
 * A random permutation in which each node comes first in proportion to its weight (Efraimidis and Spirakis, "Weighted
 * random sampling with a reservoir", 2006): the smallest of exponential variates with the weights as rates.
 */
class WeightedPolicy implements BalancingPolicy {
  readonly #weights: ReadonlyMap<string, number>;
  readonly #uniform: Uniform;

  constructor(weights: Readonly<Record<string, number>>, uniform: Uniform) {
    this.#weights = new Map(Object.entries(weights));
    this.#uniform = uniform;
  }

  order<T extends Candidate>(candidates: readonly T[]): readonly T[] {
    return candidates
      .map((candidate) => ({ candidate, arrival: this.#arrival(candidate.nodeId) }))
      .sort((a, b) => (a.arrival === b.arrival ? 0 : a.arrival - b.arrival))
      .map(({ candidate }) => candidate);
  }

  #arrival(nodeId: string): number {
    const weight = this.#weights.get(nodeId) ?? 1;
    return weight > 0 ? -Math.log(1 - this.#uniform()) / weight : Number.POSITIVE_INFINITY;
  }
}

export function balancingPolicy(balancing: Balancing, uniform: Uniform): BalancingPolicy {
  switch (balancing) {
    case "layout":
      return new LayoutPolicy();
    case "round-robin":
      return new RoundRobinPolicy();
    case "least-loaded":
      return new LeastLoadedPolicy();
    case "latency":
      return new LatencyPolicy(uniform);
    default:
      return new WeightedPolicy(balancing.weights, uniform);
  }
}
