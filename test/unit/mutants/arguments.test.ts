import { describe, expect, it } from "vitest";
import { helpText, readArguments } from "../../mutants/arguments.js";
import { MUTANTS } from "../../mutants/catalogue/index.js";

describe("the options of a hunt", () => {
  it("mean all mutants by themselves, and those that --only names", () => {
    expect(readArguments([])).toEqual({ mutants: MUTANTS, seeds: 1_000, jobs: 1, isForDocs: false });
    const two = MUTANTS.slice(2, 4);
    const only = two.map(({ name }) => name).join(", ");
    expect(readArguments(["--only", only, "--jobs", "2"])).toMatchObject({ mutants: two, jobs: 2 });
  });

  it("are explained, with the name of every mutant", () => {
    expect(readArguments(["--only", "nope", "--help"])).toBe("help");
    for (const { name } of MUTANTS) expect(helpText()).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  it.each([
    [["--only", "nope,neither"], 'there is no mutant "nope", "neither"'],
    [["--only", ""], 'there is no mutant ""'],
    [["--seeds", "many"], "--seeds has to be a whole number from 1 to 100000: many"],
    [["--unknown"], "--unknown"],
  ])("%j make no sense", (argv, message) => {
    expect(() => readArguments(argv)).toThrow(message);
  });
});
