/**
 * Values as JSON and back, without loss: what JSON cannot say is an object with one marked key.
 *
 *   bytes                         {"$bytes": "<base64>"}
 *   integers beyond 2^53          {"$bigint": "<decimal>"}
 *   dates                         {"$date": "<ISO 8601>"}
 *   NaN, the infinities, -0       {"$number": "NaN" | "Infinity" | "-Infinity" | "-0"}
 *   an object that looks so       {"$literal": {…}}
 */

type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

/** Deeper values cannot be read back by the SDK; a bound here keeps the recursion from using up the stack. */
const DEPTH_MAX = 128;

const MARK = /^\$(?:bytes|bigint|date|number|literal)$/;
const UNSAYABLE_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

/** A value as the SDK reads it. Throws `TypeError` for what no stored value is. */
export function toJson(value: unknown): JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "bigint":
      return { $bigint: value.toString() };
    case "undefined":
      return null;
    case "object":
      return value === null ? null : objectToJson(value);
    default:
      throw new TypeError(`a ${typeof value} is no value`);
  }
}

function objectToJson(value: object): JsonValue {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (value instanceof Date) return { $date: value.toISOString() };
  if (Array.isArray(value)) return value.map(toJson);
  const object = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJson(field)]));
  return markOf(object) === undefined ? object : { $literal: object };
}

/** What parsed JSON stands for, as the SDK stores it. Throws `TypeError` that says what is wrong. */
export function fromJson(json: unknown, depth = 0): unknown {
  if (depth > DEPTH_MAX) throw new TypeError(`the value is nested more than ${DEPTH_MAX} deep`);
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((item) => fromJson(item, depth + 1));
  const mark = markOf(json);
  if (mark === undefined) return fieldsFromJson(json, depth);
  const marked = Object.values(json)[0];
  if (mark === "$literal" && typeof marked === "object" && marked !== null) {
    return fieldsFromJson(marked, depth);
  }
  const value = typeof marked === "string" ? unmarked(mark, marked) : undefined;
  if (value === undefined) throw new TypeError(`${mark} does not hold ${WANTED[mark]}`);
  return value;
}

function fieldsFromJson(object: object, depth: number): object {
  return Object.fromEntries(
    Object.entries(object).map(([name, field]) => [name, fromJson(field, depth + 1)]),
  );
}

const WANTED: Readonly<Record<string, string>> = {
  $bytes: "base64",
  $bigint: "a decimal integer",
  $date: "an ISO 8601 date",
  $number: "NaN, Infinity, -Infinity or -0",
  $literal: "an object",
};

/** The one key of an object that would be read as something else than an object. */
function markOf(object: object): string | undefined {
  const [name, ...more] = Object.keys(object);
  return name !== undefined && more.length === 0 && MARK.test(name) ? name : undefined;
}

function unmarked(mark: string, text: string): unknown {
  switch (mark) {
    case "$bytes":
      return parseBase64(text);
    case "$bigint":
      return /^-?\d{1,4096}$/.test(text) ? BigInt(text) : undefined;
    case "$date": {
      const date = new Date(text);
      return Number.isNaN(date.getTime()) ? undefined : date;
    }
    case "$number":
      return UNSAYABLE_NUMBERS.get(text);
    default:
      return undefined;
  }
}

/** Undefined for what is not base64 in full: Node's own decoder skips over what it does not know. */
export function parseBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  const exact = bytes.toString("base64");
  return text === exact || text === exact.replace(/=+$/, "") ? new Uint8Array(bytes) : undefined;
}

/** Bytes that are UTF-8 as the text that they are. */
export function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** A value for people: text as it is, everything else as JSON. */
export function showValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(toJson(value));
}
