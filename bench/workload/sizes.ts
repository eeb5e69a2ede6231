/** How long values are: all alike, or drawn anew for each. */
import type { SeededRandom } from "./random.js";
import { Zipfian } from "./zipfian.js";

/** Bytes. `zipfian`: short ones are the most frequent, as in YCSB. */
export type SizeRange =
  | { readonly kind: "constant"; readonly bytes: number }
  | { readonly kind: "uniform" | "zipfian"; readonly min: number; readonly max: number };

export function sizeChoice(range: SizeRange): (random: SeededRandom) => number {
  if (range.kind === "constant") return () => range.bytes;
  const { min, max } = range;
  const lengths = max - min + 1;
  if (range.kind === "uniform") return (random) => min + random.below(lengths);
  const ranks = new Zipfian(lengths);
  return (random) => min + ranks.next(random);
}

/** `1000`, `100..2000`, `zipfian:100..2000`; undefined for anything else, and for more than `largest` bytes. */
export function parseSizeRange(text: string, largest: number): SizeRange | undefined {
  const [, shape, from = "", to] = /^(zipfian:)?(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text) ?? [];
  if (from === "" || (shape !== undefined && to === undefined)) return undefined;
  const [min, max] = [Number(from), Number(to ?? from)];
  if (min < 1 || max < min || max > largest) return undefined;
  if (to === undefined) return { kind: "constant", bytes: min };
  return { kind: shape === undefined ? "uniform" : "zipfian", min, max };
}

export function sizeText(range: SizeRange): string {
  if (range.kind === "constant") return String(range.bytes);
  return `${range.kind === "zipfian" ? "zipfian:" : ""}${range.min}..${range.max}`;
}
