/**
 * The same operations on keys of several sizes, in turns of a few dozen: what else a machine does at a time hits all sizes
 * alike. One at a time, so that no operation shares its flush and its frame with another.
 */
import type { GrownKeys } from "./grown-keys.js";
import type { NodeUsage } from "./node-usage.js";

/** What is done in a turn. */
export interface Deed {
  readonly name: string;
  readonly times: number;
  run(keys: GrownKeys, number: number): Promise<void>;
  /** Afterwards, and not measured. */
  undo?(keys: GrownKeys, times: number): Promise<void>;
}

/** Medians over the turns of one size. */
export interface SizeCost {
  readonly label: string;
  /** All threads of all nodes, microseconds for one operation. */
  readonly cpuUs: number;
  /** As the client waits. */
  readonly latencyMs: number;
  /** Over those of the first size in the same round. */
  readonly cpuRatio: number;
  readonly latencyRatio: number;
  /** What the node that sent most sent for one operation, to all its peers. */
  readonly sentBytes: number;
}

interface Turn {
  readonly cpuUs: number;
  readonly latencyMs: number;
  readonly sentBytes: number;
}

/** One for each size, in their order. @param progress hears how many rounds are over */
export async function measure(
  usage: NodeUsage,
  sizes: readonly GrownKeys[],
  deed: Deed,
  rounds: number,
  progress: (done: number, total: number) => void,
): Promise<SizeCost[]> {
  const turns: Turn[][] = sizes.map(() => []);
  // The first warms up.
  for (let round = -1; round < rounds; round++) {
    // Who is first in a round is last in the next.
    const order = round % 2 === 0 ? sizes.keys() : [...sizes.keys()].reverse();
    for (const at of order) {
      const keys = sizes[at];
      if (keys === undefined) continue;
      const turn = await takeTurn(usage, keys, deed);
      if (round >= 0) turns[at]?.push(turn);
    }
    progress(round + 1, rounds);
  }
  const base = turns[0] ?? [];
  return sizes.map(({ label }, at) => {
    const own = turns[at] ?? [];
    const ratio = (of: (turn: Turn) => number): number =>
      median(own.map((turn, round) => of(turn) / (base[round] === undefined ? Number.NaN : of(base[round]))));
    return {
      label,
      cpuUs: median(own.map(({ cpuUs }) => cpuUs)),
      latencyMs: median(own.map(({ latencyMs }) => latencyMs)),
      cpuRatio: ratio(({ cpuUs }) => cpuUs),
      latencyRatio: ratio(({ latencyMs }) => latencyMs),
      sentBytes: median(own.map(({ sentBytes }) => sentBytes)),
    };
  });
}

async function takeTurn(usage: NodeUsage, keys: GrownKeys, deed: Deed): Promise<Turn> {
  const sentBefore = await usage.peerBytes();
  const cpuBefore = usage.cpuUs();
  const latenciesMs: number[] = [];
  for (let number = 0; number < deed.times; number++) {
    const startMs = performance.now();
    await deed.run(keys, number);
    latenciesMs.push(performance.now() - startMs);
  }
  const cpuUs = (usage.cpuUs() - cpuBefore) / deed.times;
  const sent = (await usage.peerBytes()).map((bytes, node) => bytes - (sentBefore[node] ?? 0));
  await deed.undo?.(keys, deed.times);
  return { cpuUs, latencyMs: median(latenciesMs), sentBytes: Math.max(...sent) / deed.times };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - (sorted.length % 2 === 0 ? 1 : 0)], sorted[middle]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
