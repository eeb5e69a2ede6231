import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExactJson } from "../../../src/cli/exact-json.js";

describe("JSON with numbers as they are written", () => {
  it.each([
    ["12345678901234567890", "would be rounded to 12345678901234567000"],
    ["-9007199254740993", "would be rounded to -9007199254740992"],
    ['{"a":[true,9007199254740993]}', "the number 9007199254740993 would be rounded"],
    ['["\\\\",9007199254740993,""]', "the number 9007199254740993 would be rounded"],
    ["1e400", "the number 1e400 is too large for one: quote it, as a string"],
    ['{"a\\"":-1E+999}', "the number -1E+999 is too large"],
    [`1${"0".repeat(400)}`, `the number 1${"0".repeat(39)}… is too large`],
  ])("refuses %s", (text, message) => {
    expect(() => parseExactJson(text)).toThrow(message);
  });

  it.each([
    "9007199254740991",
    "9007199254740992",
    "-9007199254740994",
    "1e300",
    "0.12345678901234567890123",
    "123456789012345678.5",
    '"12345678901234567890 and 1e400"',
    '{"12345678901234567890":"\\"1e400\\\\"}',
    '{"$bigint":"12345678901234567890"}',
  ])("takes %s", (text) => {
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });

  it("takes whatever a number, or text, is written as", () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: 53, max: 1_023 }).map((exponent) => 2 ** exponent),
      fc.jsonValue(),
      fc.string({ unit: fc.constantFrom('"', "\\", "9", "e", "-") }),
    );
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const text = JSON.stringify(values);
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("tells what is no JSON as JSON.parse does, and takes what is long", () => {
    expect(() => parseExactJson("{")).toThrow(SyntaxError);
    const text = JSON.stringify({ text: '\\"9'.repeat(2 ** 20), list: new Array(2 ** 16).fill(1.5) });
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });
});
