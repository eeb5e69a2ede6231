/**
 * Checks a value before it is packed. The packer takes what it cannot give back: it reads a `Float32Array` as bytes, turns a
 * `Map` into an object and an instance into its fields, and renames `__proto__`. What would come back as another value is
 * refused instead. Walked without recursion, and no deeper than what can be read.
 */
import { DEPTH_MAX } from "./msgpack-shape.js";

interface Part {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
}

/** What of this value could not be read back as it is; undefined when all of it can. */
export function valueFault(whole: unknown): string | undefined {
  const parts: Part[] = [{ value: whole, path: "it", depth: 0 }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { value, path, depth } = part;
    if (typeof value !== "object" || value === null) continue;
    if (value instanceof Date || value instanceof Uint8Array) continue;
    const isArray = Array.isArray(value);
    if (!isArray && !isPlain(value)) return `${path} is ${nameOf(value)}; ${KEEPS}`;
    if (depth >= DEPTH_MAX) return `it is nested deeper than ${DEPTH_MAX}, or contains itself`;
    for (const [name, inner] of Object.entries(value)) {
      if (name === "__proto__")
        return `${path} has a field named __proto__, which no object can be read back with`;
      if (typeof inner !== "object" || inner === null) continue;
      parts.push({ value: inner, path: isArray ? `${path}[${name}]` : `${path}.${name}`, depth: depth + 1 });
    }
  }
  return undefined;
}

const KEEPS =
  "it keeps null, booleans, numbers, bigints, strings, dates, Uint8Arrays, arrays and plain objects of them";

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function nameOf(value: object): string {
  const { constructor: made } = value;
  return typeof made === "function" && made.name !== "" ? `a ${made.name}` : "no plain object";
}
