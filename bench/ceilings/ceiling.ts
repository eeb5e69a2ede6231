/** What bounds a store on this machine, measured bare: one thing at a time, as fast as it goes. */

export interface Measured {
  readonly perSecond: number;
  /** Of a turn that had to wait for something. */
  readonly p50Us?: number;
}

export interface Ceiling {
  readonly name: string;
  measure(forMs: number): Promise<Measured>;
}

/** Some of one kind, on something that they share. */
export interface CeilingGroup {
  readonly ceilings: readonly Ceiling[];
  close(): Promise<void>;
}

/** About as large as what the table of goals is about: a key of 20 bytes and a value of 100. */
export const KEY_BYTES = 20;
export const VALUE_BYTES = 100;

const MS_PER_SECOND = 1_000;

/** Keeps so many in flight. */
export async function inFlight(
  count: number,
  forMs: number,
  operation: () => Promise<unknown>,
): Promise<Measured> {
  const startMs = performance.now();
  const endMs = startMs + forMs;
  let done = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await operation();
      done++;
    }
  };
  await Promise.all(Array.from({ length: count }, work));
  return { perSecond: (done * MS_PER_SECOND) / (performance.now() - startMs) };
}

/** One after the other, each of which does so many; a turn that is over at once gives undefined. */
export async function inTurns(
  each: number,
  forMs: number,
  turn: () => Promise<unknown> | undefined,
): Promise<Measured> {
  const startMs = performance.now();
  const waits: number[] = [];
  let turns = 0;
  for (let nowMs = startMs; nowMs < startMs + forMs; ) {
    const doing = turn();
    if (doing !== undefined) await doing;
    const endMs = performance.now();
    if (doing !== undefined) waits.push(endMs - nowMs);
    nowMs = endMs;
    turns++;
  }
  const elapsedMs = performance.now() - startMs;
  const perSecond = (turns * each * MS_PER_SECOND) / elapsedMs;
  return waits.length === 0 ? { perSecond } : { perSecond, p50Us: median(waits) * MS_PER_SECOND };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - (sorted.length % 2 === 0 ? 1 : 0)], sorted[middle]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
