import { describe, expect, it } from "vitest";
import { formatRow, parseRow } from "../../../src/cli/json-row.js";

describe("a row of an import", () => {
  it("is a key and any value", () => {
    expect(parseRow('{"key":"k","value":{"a":[1,null]}}')).toEqual({ key: "k", value: { a: [1, null] } });
    expect(parseRow('{"value":null,"key":"é"}')).toEqual({ key: "é", value: null });
    expect(parseRow('{"key":"k","value":{"$bytes":"AQ=="}}').value).toEqual(Uint8Array.of(1));
  });

  it.each([
    ["", /^is not JSON: /],
    ["{", /^is not JSON: /],
    ["[]", /^is no object like/],
    ["null", /^is no object like/],
    ['"k"', /^is no object like/],
    ['{"value":1}', /^has no "key" that is a string$/],
    ['{"key":5,"value":1}', /^has no "key" that is a string$/],
    ['{"key":"","value":1}', /^has an empty "key"$/],
    ['{"key":"k"}', /^has no "value"$/],
    ['{"key":"k","value":1,"ttl":5}', /^has "ttl" beside "key" and "value"$/],
    ['{"key":"k","value":12345678901234567890}', /^the number 12345678901234567890 would be rounded to /],
    ['{"key":"k","value":{"$bytes":"?"}}', /^\$bytes does not hold base64$/],
  ])("is refused when it is %s", (line, message) => {
    expect(() => parseRow(line)).toThrow(message);
  });

  it("is what an export writes", () => {
    const row = { key: "a\nb", value: { text: "\u2028", when: new Date(5), bytes: Uint8Array.of(0) } };
    const line = formatRow(row);
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(parseRow(line)).toEqual(row);
  });
});
