import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromJson, parseBase64, showValue, toJson } from "../../../src/cli/json-value.js";

/** What the SDK's codec can store, and objects that look like the marks of this module. */
const storedValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom(null, true, false, Number.NaN, Infinity, -Infinity, -0, 2 ** 53),
    fc.string(),
    fc.double(),
    fc.bigInt(),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
    fc.date({ noInvalidDate: true }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4, noNullPrototype: true }),
    fc.record({ $bytes: tie("value") }),
    fc.record({ $literal: tie("value") }),
  ),
})).value;

describe("values as JSON", () => {
  it("come back as they went, through text", () => {
    fc.assert(
      fc.property(storedValue, (value) => {
        expect(fromJson(JSON.parse(JSON.stringify(toJson(value))))).toEqual(value);
      }),
    );
  });

  it("mark what JSON cannot say", () => {
    expect(toJson(Uint8Array.of(1, 2, 255))).toEqual({ $bytes: "AQL/" });
    expect(toJson(new Uint8Array(0))).toEqual({ $bytes: "" });
    expect(toJson(12345678901234567890n)).toEqual({ $bigint: "12345678901234567890" });
    expect(toJson(new Date(0))).toEqual({ $date: "1970-01-01T00:00:00.000Z" });
    expect(toJson([Number.NaN, -0])).toEqual([{ $number: "NaN" }, { $number: "-0" }]);
    expect(toJson({ $bytes: "AQ==" })).toEqual({ $literal: { $bytes: "AQ==" } });
    expect(toJson({ $bytes: "AQ==", more: 1 })).toEqual({ $bytes: "AQ==", more: 1 });
    expect(toJson(undefined)).toBe(null);
  });

  it("leave objects alone that only resemble a mark", () => {
    expect(fromJson({ $bytes: "!", more: 1 })).toEqual({ $bytes: "!", more: 1 });
    expect(fromJson({ $other: 1 })).toEqual({ $other: 1 });
  });

  it("keep a field named __proto__ a field", () => {
    const value = fromJson(JSON.parse('{"__proto__": 1, "a": 2}'));
    expect(JSON.stringify(value)).toBe('{"__proto__":1,"a":2}');
  });

  it.each([
    [{ $bytes: "AQ=" + "!" }, "$bytes does not hold base64"],
    [{ $bytes: 1 }, "$bytes does not hold base64"],
    [{ $bigint: "1.5" }, "$bigint does not hold a decimal integer"],
    [{ $date: "tomorrow" }, "$date does not hold an ISO 8601 date"],
    [{ $number: "1" }, "$number does not hold NaN, Infinity, -Infinity or -0"],
    [{ $literal: 1 }, "$literal does not hold an object"],
  ])("refuse %j", (json, message) => {
    expect(() => fromJson([json])).toThrow(message);
  });

  it("refuse what is nested too deep, instead of running out of stack", () => {
    const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
    expect(() => fromJson(deep)).toThrow("nested more than 128 deep");
  });

  it("show text as it is and the rest as JSON", () => {
    expect([showValue("a\nb"), showValue({ a: [1n] }), showValue(null)]).toEqual([
      "a\nb",
      '{"a":[{"$bigint":"1"}]}',
      "null",
    ]);
  });
});

describe("base64", () => {
  it("is taken with its padding or without, and in full or not at all", () => {
    expect(parseBase64("AQI=")).toEqual(Uint8Array.of(1, 2));
    expect(parseBase64("AQI")).toEqual(Uint8Array.of(1, 2));
    expect(parseBase64("")).toEqual(new Uint8Array(0));
    for (const bad of ["A", "AQ I=", "AQI=AQI=", "%%%%", "AQI=="])
      expect([bad, parseBase64(bad)]).toEqual([bad, undefined]);
  });
});
