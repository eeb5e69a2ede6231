/**
 * The arcs that `settle` looks for cycles in: for each pair of nodes, how many exchanges there are at each cost. Kept
 * up to date exchange by exchange, because building it takes a pass over all partitions.
 */
import type { Seat } from "./spread.js";

/** What `settle` works on: for each partition the nodes that hold it. */
export interface Assignment {
  /** All nodes, each at its index. */
  readonly seats: readonly Seat[];
  /** Changed in place: the holders of each partition; their number stays. */
  readonly holders: readonly Seat[][];
  /** Whether the assignment before had it so. */
  wasHeld(partition: number, seat: Seat): boolean;
  /** Whether `to`, which does not hold it, may hold the partition in place of `from`, which does. */
  mayExchange(partition: number, from: Seat, to: Seat): boolean;
}

/** One partition changes hands. */
interface Exchange {
  readonly partition: number;
  readonly from: Seat;
  readonly to: Seat;
}

/**
 * What evening out the loads by one counts, against one partition moved. More than the exchanges of any cycle, of
 * which there are at most as many as nodes in a region.
 */
const BALANCE_WEIGHT = 1024;

/** An exchange undoes a move, is neutral, or is one more move. */
const EXCHANGE_COSTS = [-1, 0, 1] as const;
type ExchangeCost = (typeof EXCHANGE_COSTS)[number];

export class ExchangeGraph {
  readonly seats: readonly Seat[];
  readonly #assignment: Assignment;
  /** Partitions held, by seat index. */
  readonly #loads: Int32Array;
  /** By from, to and cost: in how many partitions there is such an exchange. */
  readonly #counts: Int32Array;
  #lastPartition = -1;

  constructor(assignment: Assignment) {
    const { seats, holders } = assignment;
    this.seats = seats;
    this.#assignment = assignment;
    this.#loads = new Int32Array(seats.length);
    this.#counts = new Int32Array(seats.length * seats.length * EXCHANGE_COSTS.length);
    for (const partition of holders.keys()) this.#count(partition, 1);
  }

  /** Partitions moved by the cheapest exchange, -1 to 1; infinite when there is none. Takes indexes. */
  cost(from: number, to: number): number {
    for (const cost of EXCHANGE_COSTS) {
      if ((this.#counts[this.#slot(from, to, cost)] ?? 0) > 0) return cost;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** What it costs that the node at this index gets one partition more: half the change of its squared load. */
  gain(index: number): number {
    return BALANCE_WEIGHT * (this.#loads[index] ?? 0);
  }

  /** What it costs that the node at this index gets one partition less: `gain` and `loss` of equal loads make 1. */
  loss(index: number): number {
    return BALANCE_WEIGHT * (1 - (this.#loads[index] ?? 0));
  }

  /**
   * The next partition in which the exchange costs least, searching on from where the last one was found: moves come
   * from all over the partitions, and finding them takes few passes. Throws when there is none.
   */
  cheapestExchange(from: Seat, to: Seat): Exchange {
    const { holders } = this.#assignment;
    const cost = this.cost(from.index, to.index);
    for (let step = 1; step <= holders.length; step++) {
      const partition = (this.#lastPartition + step) % holders.length;
      const set = holders[partition] ?? [];
      if (!set.includes(from) || set.includes(to) || this.#costIn(partition, from, to) !== cost) continue;
      if (!this.#assignment.mayExchange(partition, from, to)) continue;
      this.#lastPartition = partition;
      return { partition, from, to };
    }
    throw new Error(`no partition can go from node ${from.number} to node ${to.number}`);
  }

  apply({ partition, from, to }: Exchange): void {
    const holders = this.#assignment.holders[partition];
    const at = holders?.indexOf(from) ?? -1;
    if (holders === undefined || at < 0) throw new Error(`node ${from.number} does not hold ${partition}`);
    this.#count(partition, -1);
    holders[at] = to;
    this.#count(partition, 1);
  }

  /** Adds or takes away what one partition contributes to the loads and the counts. */
  #count(partition: number, change: 1 | -1): void {
    const holders = this.#assignment.holders[partition] ?? [];
    for (const from of holders) {
      this.#loads[from.index] = (this.#loads[from.index] ?? 0) + change;
      for (const to of this.seats) {
        if (holders.includes(to) || !this.#assignment.mayExchange(partition, from, to)) continue;
        const slot = this.#slot(from.index, to.index, this.#costIn(partition, from, to));
        this.#counts[slot] = (this.#counts[slot] ?? 0) + change;
      }
    }
  }

  #costIn(partition: number, from: Seat, to: Seat): ExchangeCost {
    const leavesHome = this.#assignment.wasHeld(partition, from);
    if (leavesHome === this.#assignment.wasHeld(partition, to)) return 0;
    return leavesHome ? 1 : -1;
  }

  #slot(from: number, to: number, cost: ExchangeCost): number {
    return (from * this.seats.length + to) * EXCHANGE_COSTS.length + (cost + 1);
  }
}
