/** Planted bugs go stale when the sources change: each must still apply, to code that still compiles. */
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { transform } from "esbuild";
import { describe, expect, it } from "vitest";
import { MUTANTS } from "../../mutants/catalogue/index.js";
import { type Mutant, mutate } from "../../mutants/mutant.js";
import { ROOT } from "../../mutants/source-copy.js";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const PLANTED: Mutant = {
  name: "planted",
  rule: "none",
  why: "to see that a mutant which does not apply is found out",
  edits: [{ file: "a.ts", find: "b", replace: "c" }],
};

describe("the catalogue of mutants", () => {
  it("has names of its own for at least 25 of them", () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(25);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  it("has those that docs/mutants.md names for the rules of the model", () => {
    const [, rules = ""] = read("docs/mutants.md").split("## The rules of the model");
    const named = [...rules.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(25);
    const known = new Set(MUTANTS.map(({ name }) => name));
    expect(named.filter((name) => name === undefined || !known.has(name))).toEqual([]);
  });

  it.each(MUTANTS)("$name applies, and compiles", async (mutant) => {
    for (const [file, text] of mutate(mutant, read)) {
      expect(text).not.toBe(read(file));
      await transform(text, { loader: extname(file) === ".ts" ? "ts" : "default", sourcefile: file });
    }
  });
});

describe("mutate", () => {
  it("takes a text that is there once", () => {
    expect(mutate(PLANTED, () => "abd").get("a.ts")).toBe("acd");
  });

  it.each(["a", "abab"])("refuses %j, which has it never, or more than once", (text) => {
    expect(() => mutate(PLANTED, () => text)).toThrow("planted: a.ts has");
  });
});
