/**
 * JSON whose numbers mean what they say: `JSON.parse` rounds an integer that is too long, and makes an infinity of what is too
 * large, without a word. Fractions are rounded as everywhere.
 */

/**
 * What the text describes. Throws `SyntaxError` where it is no JSON, and `TypeError` that says which number cannot be kept
 * and how to write it instead.
 */
export function parseExactJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  for (const token of numberTokens(text)) {
    const value = Number(token);
    if (!Number.isFinite(value))
      throw new TypeError(`the number ${shortened(token)} is too large for one: quote it, as a string`);
    if (!isKept(token, value))
      throw new TypeError(
        `the number ${shortened(token)} would be rounded to ${value}: quote it, as a string or as {"$bigint": "…"}`,
      );
  }
  return parsed;
}

/** Of valid JSON. */
function* numberTokens(text: string): Generator<string> {
  const token = /"|-?\d[\d.eE+-]*/g;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '"') token.lastIndex = endOfString(text, token.lastIndex);
    else yield found[0];
  }
}

/** Behind the quote that ends the string. */
function endOfString(text: string, start: number): number {
  const special = /"|\\./g;
  special.lastIndex = start;
  let found = special.exec(text);
  while (found !== null && found[0] !== '"') found = special.exec(text);
  return found === null ? text.length : special.lastIndex;
}

function isKept(token: string, value: number): boolean {
  if (Number.isSafeInteger(value) || !/^-?\d+$/.test(token)) return true;
  // Doubles beyond 2^64 are written with zeros for the digits that tell them from no other: so `export` does, too.
  return String(value) === token || BigInt(token) === BigInt(value);
}

function shortened(token: string): string {
  return token.length <= 40 ? token : `${token.slice(0, 40)}…`;
}
