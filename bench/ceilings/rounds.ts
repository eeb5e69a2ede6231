/**
 * All ceilings in turns, several times over: what else the machine does at a time hits all alike, and a ratio is taken
 * within one round.
 */
import { type Ceiling, type Measured, median } from "./ceiling.js";

export interface CeilingResult {
  readonly name: string;
  /** Medians over the rounds. */
  readonly perSecond: number;
  readonly ofBase: number;
  readonly p50Us: number | null;
  /** A second of each round. */
  readonly rounds: readonly number[];
}

interface RoundOptions {
  readonly rounds: number;
  readonly forMs: number;
  /** The name of the ceiling that all are given as a share of. */
  readonly base: string;
  readonly onRound: (round: number) => void;
}

export async function measureAll(
  ceilings: readonly Ceiling[],
  { base, forMs, onRound, rounds }: RoundOptions,
): Promise<CeilingResult[]> {
  const found = new Map<string, Measured[]>(ceilings.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Who is first in a round is last in the next.
    const order = round % 2 === 0 ? ceilings : [...ceilings].reverse();
    for (const { measure, name } of order) {
      // The first moments are those of a compiler.
      if (round === 0) await measure(forMs / 4);
      found.get(name)?.push(await measure(forMs));
    }
    onRound(round + 1);
  }
  const bases = found.get(base) ?? [];
  return ceilings.map(({ name }) => {
    const own = found.get(name) ?? [];
    const p50s = own.map(({ p50Us }) => p50Us).filter((p50Us) => p50Us !== undefined);
    return {
      name,
      perSecond: rounded(median(own.map(({ perSecond }) => perSecond))),
      ofBase: rounded(
        median(own.map(({ perSecond }, at) => perSecond / (bases[at]?.perSecond ?? Number.NaN))),
      ),
      p50Us: p50s.length === 0 ? null : rounded(median(p50s)),
      rounds: own.map(({ perSecond }) => rounded(perSecond)),
    };
  });
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
