/** What the documents say of the faults, against the faults that there are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FAULTS } from "../../../../src/simulator/faults/catalogue.js";

const ROOT = join(import.meta.dirname, "../../../..");

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

describe("the menu of faults", () => {
  it("is counted in the README", () => {
    const [, count] = /(\d+) kinds of faults/.exec(textOf("README.md")) ?? [];
    expect(Number(count)).toBe(FAULTS.length);
  });

  it("is told in full, with what destroys a disk, in docs/simulation.md", () => {
    const told = [...textOf("docs/simulation.md").matchAll(/^\| `([a-z-]+)` \| (\w+) \| (.+) \|$/gm)].map(
      ([, name, family, summary]) => ({ name, family, summary }),
    );
    expect(told).toEqual(
      FAULTS.map(({ name, family, summary, isDestructive }) => ({
        name,
        family,
        summary: isDestructive === true ? `${summary} †` : summary,
      })),
    );
  });
});
