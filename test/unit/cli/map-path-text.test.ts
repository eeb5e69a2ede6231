import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPath, parsePath } from "../../../src/cli/map-path-text.js";

describe("a path of a map as one word", () => {
  it.each([
    ["a", ["a"]],
    ["a/b/c", ["a", "b", "c"]],
    [String.raw`a\/b/c`, ["a/b", "c"]],
    [String.raw`\\/x`, ["\\", "x"]],
    ["é ☃/.", ["é ☃", "."]],
  ])("%s is %j", (text, steps) => {
    expect(parsePath(text)).toEqual(steps);
    expect(formatPath(steps)).toBe(text);
  });

  it("comes back from what it is written as, whatever the steps", () => {
    const steps = fc.array(fc.string({ minLength: 1, unit: fc.constantFrom("a", "/", "\\", "é", " ") }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(steps, (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });

  it.each(["", "/", "/a", "a/", "a//b", "a\\", String.raw`a\b`])("is not %j", (text) => {
    expect(() => parsePath(text)).toThrow(expect.objectContaining({ code: "commander.invalidArgument" }));
  });
});
