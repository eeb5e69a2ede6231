import { describe, expect, test } from "vitest";
import { resolveImport, scanModule } from "./rules/module-scan.js";

describe("imports", () => {
  test.each([
    ['import { a, type b, c as d } from "./x.js";', ["a", "b", "c"]],
    ['import type { a } from "./x.js";', ["a"]],
    ['import {\n  a,\n  b,\n} from "./x.js";', ["a", "b"]],
    ['import a from "./x.js";', ["default"]],
    ['import a, { b } from "./x.js";', ["default", "b"]],
    ['import type a from "./x.js";', ["default"]],
    ['import * as a from "./x.js";', "all"],
    ['import a, * as b from "./x.js";', "all"],
    ['import "./x.js";', []],
    ['const a = await import("./x.js");', "all"],
    ['type A = import("./x.js").A;', "all"],
    ['const path = createRequire(import.meta.url).resolve("./x.js");', []],
    ['export { a, b as c } from "./x.js";', ["a", "b"]],
    ['export type { a } from "./x.js";', ["a"]],
    ['export * from "./x.js";', []],
    ['export * as a from "./x.js";', "all"],
    ["import { a } from './x.js';", ["a"]],
    ['import{a}from"./x.js"', ["a"]],
    ['import data from "./x.js" with { type: "json" };', ["default"]],
  ])("%j", (text, names) => {
    expect(scanModule(text).imports).toEqual([{ specifier: "./x.js", line: 1, names }]);
  });

  test("are counted by line, and not taken from what stands between them", () => {
    const text = [
      'export interface A { readonly from: "b" }',
      '// import { x } from "./comment.js";',
      "const text = `import { x } from './template.js';`;",
      'export { c } from "./c.js";',
      "export const d = { e: 1 };",
      'import { f } from "./f.js";',
      "object.import('./member.js');",
    ].join("\n");
    expect(scanModule(text).imports).toEqual([
      { specifier: "./c.js", line: 4, names: ["c"] },
      { specifier: "./f.js", line: 6, names: ["f"] },
    ]);
  });
});

test("exports", () => {
  const text = [
    "export const a = 1;",
    "export async function b() {}",
    "export function* c() {}",
    "export abstract class D {}",
    "export interface E<T> { t: T }",
    "export type F = 1;",
    "export { g, h as i, type j };",
    'export {\n  k,\n  l,\n} from "./x.js";',
    "export const { m, n: o } = p;",
    "export default q;",
    "export type { r } from './r.js';",
    "const notExported = 1;",
    '"export const inString = 1;"',
  ].join("\n");
  const byLine = scanModule(text).exports.toSorted((x, y) => x.line - y.line);
  expect(byLine.map(({ name, line }) => `${line} ${name}`)).toEqual([
    ...["1 a", "2 b", "3 c", "4 D", "5 E", "6 F", "7 g", "7 i", "7 j", "9 k", "10 l", "12 m", "12 o"],
    ...["13 default", "14 r"],
  ]);
});

test("star exports and files named in strings", () => {
  const { starExports, mentions } = scanModule(
    'export * from "./a.js"; new Worker(new URL("./b.js", import.meta.url)); fork(join(here, "../c.js"));',
  );
  expect(starExports).toEqual(["./a.js"]);
  expect(mentions).toEqual(["./a.js", "./b.js", "./../c.js"]);
});

test("resolveImport", () => {
  const sources = new Map([
    ["src/a/b.ts", ""],
    ["src/c.json", ""],
  ]);
  expect(resolveImport(sources, "src/a/x.ts", "./b.js")).toBe("src/a/b.ts");
  expect(resolveImport(sources, "src/z/x.ts", "../a/b.js")).toBe("src/a/b.ts");
  expect(resolveImport(sources, "src/z/x.ts", "./../a/b.js")).toBe("src/a/b.ts");
  expect(resolveImport(sources, "src/a/x.ts", "../c.json")).toBe("src/c.json");
  expect(resolveImport(sources, "src/a/x.ts", "./gone.js")).toBeUndefined();
  expect(resolveImport(sources, "src/a/x.ts", "zod")).toBeUndefined();
});
