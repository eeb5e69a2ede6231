/**
 * Decoded things as plain data, to compare and to weigh: vectors and contexts keep their entries private, so that two
 * of them look equal to a test whatever they hold.
 */
import { Context, VersionVector } from "../../../src/causality/index.js";

export function plain(value: unknown): unknown {
  if (value instanceof VersionVector) return plainVector(value);
  if (value instanceof Context) return { ...plainVector(value.vector), dots: value.dots() };
  if (Buffer.isBuffer(value)) return { hex: value.toString("hex") };
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return { entries: [...value] };
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
  return value;
}

function plainVector(vector: VersionVector): object {
  return { vector: vector.sorted(), closed: vector.closed() };
}

/** How many things a decoded value is made of, bytes and entries each one; what is shared counts once. */
export function weigh(value: unknown, seen = new Set<object>()): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 1;
  if (seen.has(value)) return 1;
  seen.add(value);
  if (value instanceof VersionVector) return 1 + value.size;
  if (value instanceof Context) return 1 + weigh(value.vector, seen) + value.dotCount;
  if (Buffer.isBuffer(value)) return value.length;
  if (value instanceof Map) return 1 + 2 * value.size;
  return Object.values(value).reduce((sum: number, part) => sum + weigh(part, seen), 1);
}
