/**
 * What the wide-area network between two regions looks like: round trips as one large cloud publishes them, so that a
 * laptop shows the waiting times that a user of these regions would see.
 */

/** How one directed path between two nodes treats bytes. */
export interface PathSettings {
  /** From one end to the other, milliseconds. */
  readonly delayMs: number;
  /** The most that a delay is lengthened, as a fraction of it. Never shortened, never reordered. */
  readonly jitterFraction: number;
  /** Shared by everything that takes this path. Infinity when it is not limited. */
  readonly bitsPerSecond: number;
}

/** A path that only forwards: between nodes of a region, and everywhere when no WAN is emulated. */
export const UNSHAPED: PathSettings = {
  delayMs: 0,
  jitterFraction: 0,
  bitsPerSecond: Number.POSITIVE_INFINITY,
};

const WAN_JITTER_FRACTION = 0.05;
const WAN_BITS_PER_SECOND = 200_000_000;
const UNKNOWN_ROUND_TRIP_MS = 80;

const ROUND_TRIPS_MS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "us-east": { "eu-west": 70, "us-west": 72, "ap-northeast": 152, "ap-southeast": 236, "sa-east": 113 },
  "eu-west": { "us-west": 127, "ap-northeast": 204, "ap-southeast": 187, "sa-east": 184 },
  "us-west": { "ap-northeast": 101, "ap-southeast": 163, "sa-east": 180 },
  "ap-northeast": { "ap-southeast": 77, "sa-east": 268 },
  "ap-southeast": { "sa-east": 338 },
};

/**
 * Milliseconds there and back between two regions: 0 inside a region, 80 when the table does not know one of them.
 * A name with a number behind it (`us-east-1`) counts as the name without.
 */
export function roundTripMs(from: string, to: string): number {
  if (from === to) return 0;
  const a = withoutNumber(from);
  const b = withoutNumber(to);
  return ROUND_TRIPS_MS[a]?.[b] ?? ROUND_TRIPS_MS[b]?.[a] ?? UNKNOWN_ROUND_TRIP_MS;
}

/** The path from one region to another over the emulated wide-area network. */
export function wanPath(from: string, to: string): PathSettings {
  if (from === to) return UNSHAPED;
  return {
    delayMs: roundTripMs(from, to) / 2,
    jitterFraction: WAN_JITTER_FRACTION,
    bitsPerSecond: WAN_BITS_PER_SECOND,
  };
}

function withoutNumber(region: string): string {
  return region.replace(/-\d+$/, "");
}
