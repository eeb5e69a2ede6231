import { describe, expect, it } from "vitest";
import { duration, fieldLines, tableLines, wholeNumber } from "../../../src/cli/table.js";

describe("a table", () => {
  it("aligns its columns and leaves no spaces at the ends", () => {
    const columns = [{ title: "NODE" }, { title: "ROWS", align: "right" }, { title: "STATE" }] as const;
    expect(
      tableLines(columns, [
        ["eu-west-1", "5", "ready"],
        ["x", "12,345", ""],
      ]),
    ).toEqual(["NODE         ROWS  STATE", "eu-west-1       5  ready", "x          12,345"]);
  });

  it("has its titles when it has no rows, and empty cells where a row is short", () => {
    const columns = [{ title: "A" }, { title: "B", align: "right" }] as const;
    expect(tableLines(columns, [])).toEqual(["A  B"]);
    expect(tableLines(columns, [["long"]])).toEqual(["A     B", "long"]);
  });

  it("puts the values of fields below each other", () => {
    expect(
      fieldLines([
        ["node", "a"],
        ["partitions", "256"],
        ["x", ""],
      ]),
    ).toEqual(["node        a", "partitions  256", "x"]);
  });
});

describe("figures", () => {
  it("are grouped by thousands", () => {
    expect([0, 999, 1234567, 1.6].map(wholeNumber)).toEqual(["0", "999", "1,234,567", "2"]);
  });

  it("show durations in the unit that a person would choose", () => {
    expect([0, 0.44, 9.99, 87.4, 1_500, 59_960, 240_000, 11_160_000].map(duration)).toEqual([
      "0.0 ms",
      "0.4 ms",
      "10.0 ms",
      "87 ms",
      "1.5 s",
      "60.0 s",
      "4 min",
      "3.1 h",
    ]);
  });
});
