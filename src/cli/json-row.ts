/** One key and its value as a line of JSON: what `import` reads and `export` writes. */
import { parseExactJson } from "./exact-json.js";
import { fromJson, toJson } from "./json-value.js";

export interface JsonRow {
  readonly key: string;
  readonly value: unknown;
}

/** Throws `TypeError` that says what is wrong with the line. */
export function parseRow(line: string): JsonRow {
  const row = parseJson(line);
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    throw new TypeError('is no object like {"key": "k", "value": 1}');
  }
  if (!("key" in row) || typeof row.key !== "string") throw new TypeError('has no "key" that is a string');
  if (row.key === "") throw new TypeError('has an empty "key"');
  if (!("value" in row)) throw new TypeError('has no "value"');
  const stray = Object.keys(row).find((name) => name !== "key" && name !== "value");
  if (stray !== undefined) throw new TypeError(`has ${JSON.stringify(stray)} beside "key" and "value"`);
  return { key: row.key, value: fromJson(row.value) };
}

export function formatRow({ key, value }: JsonRow): string {
  return `${JSON.stringify({ key, value: toJson(value) })}\n`;
}

function parseJson(line: string): unknown {
  try {
    return parseExactJson(line);
  } catch (error) {
    throw error instanceof SyntaxError ? new TypeError(`is not JSON: ${error.message}`) : error;
  }
}
