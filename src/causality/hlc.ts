/**
 * Hybrid logical clock stamps (Kulkarni et al., "Logical Physical Clocks", 2014): 48 bits of wall milliseconds and 16
 * bits of counter in one unsigned 64-bit integer, so that stamps compare as integers. It orders last-write-wins;
 * dots, never stamps, decide causality.
 */
export type Hlc = bigint;

export const ZERO_HLC: Hlc = 0n;

/** The wall milliseconds inside a stamp. */
export function hlcWallMs(hlc: Hlc): number {
  return Number(hlc >> 16n);
}

const CENTURY_MS = 100 * 365.25 * 24 * 3600 * 1000;

/**
 * The latest stamp to believe from another node, at this wall clock. No clock is a century ahead; and whoever adopted a
 * stamp from the end of the 64 bits could give out none above it ever again.
 */
export function latestCredibleHlc(wallMs: number): Hlc {
  return hlcAt(wallMs + CENTURY_MS);
}

/** The lowest stamp of a wall millisecond. */
export function hlcAt(wallMs: number): Hlc {
  return BigInt(Math.max(0, Math.floor(wallMs))) << 16n;
}
