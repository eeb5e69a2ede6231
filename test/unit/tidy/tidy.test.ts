/** The house rules, held against the repository. Each rule's own test shows that it can fail. */
import { expect, test } from "vitest";
import { readRepository } from "./repository.js";
import { clientReach } from "./rules/client-reach.js";
import { deadExports } from "./rules/dead-exports.js";
import { deadFiles } from "./rules/dead-files.js";
import { dependencies } from "./rules/dependencies.js";
import { determinism } from "./rules/determinism.js";
import { documented } from "./rules/documented.js";
import { type Finding, type Sources, showFindings } from "./rules/finding.js";
import { folderOrder } from "./rules/folder-order.js";
import { houseFiles, houseWords } from "./rules/house-words.js";

const RULES: readonly [name: string, rule: (sources: Sources) => Finding[]][] = [
  ["a folder imports only folders above it, through their doors", folderOrder],
  ["the client loads no server code", clientReach],
  ["the deterministic folders make no banned call", determinism],
  ["an entry point reaches every file", deadFiles],
  ["somebody imports every export", deadExports],
  ["what people import from the package says what it is", documented],
  ["the package declares the dependencies that it uses, and no others", dependencies],
  ["no unfinished, silenced or stray words", houseWords],
  ["files are named for their domain, of a size, and their doors say what they are for", houseFiles],
];

const sources = readRepository();

test("there is a repository to look at", () => {
  expect([...sources.keys()].filter((path) => path.startsWith("src/")).length).toBeGreaterThan(20);
});

test.each(RULES)("%s", (_name, rule) => {
  expect(showFindings(rule(sources))).toBe("");
});
