/** The last measurements of a peer's clock; the one with the shortest way is the best (RFC 5905, section 10). */
const SAMPLES = 8;

interface ClockSample {
  readonly roundTripMs: number;
  /** The peer's wall clock minus our monotonic one, which no step of our own wall clock makes wrong. */
  readonly offsetMs: number;
}

export class ClockFilter {
  readonly #samples: ClockSample[] = [];

  add(sample: ClockSample): void {
    this.#samples.push(sample);
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  get best(): ClockSample | undefined {
    const [first, ...rest] = this.#samples;
    if (first === undefined) return undefined;
    return rest.reduce((best, sample) => (sample.roundTripMs <= best.roundTripMs ? sample : best), first);
  }
}

/** Of three clocks or more, ours included, the median is the best guess at the true time (rule 21). */
export const CLOCKS_MIN = 3;

/**
 * How far our clock is from the median, in milliseconds: positive when we are ahead. Undefined with too few clocks to
 * tell who is wrong.
 */
export function driftFromMedian(peerOffsetsMs: readonly number[]): number | undefined {
  const offsets = [0, ...peerOffsetsMs].sort((a, b) => a - b);
  if (offsets.length < CLOCKS_MIN) return undefined;
  const middle = Math.floor(offsets.length / 2);
  const upper = offsets[middle] ?? 0;
  const lower = offsets[middle - 1] ?? 0;
  return -(offsets.length % 2 === 1 ? upper : (lower + upper) / 2);
}
