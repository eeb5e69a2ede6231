/**
 * For every rule, repositories of a few lines: one that it accepts beside ones with a planted violation, so that no
 * rule of the house is one that cannot fail.
 */
import { describe, expect, test } from "vitest";
import { clientReach } from "./rules/client-reach.js";
import { deadExports } from "./rules/dead-exports.js";
import { deadFiles } from "./rules/dead-files.js";
import { dependencies } from "./rules/dependencies.js";
import { determinism } from "./rules/determinism.js";
import { documented } from "./rules/documented.js";
import { type Finding, type Sources, showFindings } from "./rules/finding.js";
import { folderOrder } from "./rules/folder-order.js";
import { houseFiles, houseWords } from "./rules/house-words.js";

type Files = Readonly<Record<string, string>>;

/** `path:line [rule]` of each finding. */
function found(rule: (sources: Sources) => Finding[], files: Files): string[] {
  return rule(new Map(Object.entries(files))).map(({ path, line, rule: name }) => `${path}:${line} ${name}`);
}

test("findings are shown one a line, as a link and a reason", () => {
  const shown = showFindings([{ path: "src/a.ts", line: 3, rule: "some-rule", message: "do that" }]);
  expect(shown).toBe("src/a.ts:3 [some-rule] do that");
});

describe("folder-order", () => {
  const doors: Files = Object.fromEntries(
    [
      ...[
        "wire",
        "runtime",
        "runtime/node",
        "runtime/simulated",
        "causality",
        "crdt",
        "storage",
        "node",
        "simulator",
      ],
      ...["server", "client", "cli"],
    ].map((folder) => [`src/${folder}/index.ts`, ""]),
  );
  const world: Files = {
    ...doors,
    "src/crdt/row.ts": "",
    "src/runtime/clock.ts": "",
    "cluster/index.ts": "",
    "bench/index.ts": "",
    "test/unit/a.ts": "",
  };

  test.each([
    ["src/storage/a.ts", "../crdt/index.js"],
    ["src/storage/a.ts", "../runtime/index.js"],
    ["src/storage/deep/a.ts", "../../crdt/index.js"],
    ["src/crdt/a.ts", "./row.js"],
    ["src/crdt/deep/a.ts", "../row.js"],
    ["src/crdt/a.ts", "zod"],
    ["src/runtime/node/a.ts", "../clock.js"],
    ["src/server/a.ts", "../node/index.js"],
    ["src/server/a.ts", "../runtime/node/index.js"],
    ["src/client/a.ts", "../wire/index.js"],
    ["src/cli/a.ts", "../../cluster/index.js"],
    ["src/cli/a.ts", "../simulator/index.js"],
    ["src/simulator/a.ts", "../runtime/simulated/index.js"],
    ["src/cli/a.ts", "../client/index.js"],
    ["cluster/a.ts", "../src/client/index.js"],
    ["bench/a.ts", "../cluster/index.js"],
    ["bench/a.ts", "../src/simulator/index.js"],
    ["examples/a.ts", "atolldb"],
    ["examples/a.ts", "../cluster/index.js"],
  ])("%s may import %s", (path, specifier) => {
    expect(found(folderOrder, { ...world, [path]: `import "${specifier}";` })).toEqual([]);
  });

  test.each([
    ["src/crdt/a.ts", "../storage/index.js"],
    ["src/storage/a.ts", "../crdt/row.js"],
    ["src/storage/a.ts", "../runtime/clock.js"],
    ["src/storage/a.ts", "../runtime/node/index.js"],
    ["src/storage/a.ts", "../runtime/simulated/index.js"],
    ["src/runtime/a.ts", "./node/index.js"],
    ["src/runtime/simulated/a.ts", "../node/index.js"],
    ["src/node/a.ts", "../server/index.js"],
    ["src/client/a.ts", "../storage/index.js"],
    ["src/client/a.ts", "../node/index.js"],
    ["src/client/a.ts", "../server/index.js"],
    ["src/client/a.ts", "../runtime/node/index.js"],
    ["src/server/a.ts", "../client/index.js"],
    ["src/server/a.ts", "../../cluster/index.js"],
    ["src/cli/a.ts", "../crdt/row.js"],
    ["cluster/a.ts", "../src/server/index.js"],
    ["cluster/a.ts", "../bench/index.js"],
    ["bench/a.ts", "../src/storage/index.js"],
    ["examples/a.ts", "../src/client/index.js"],
    ["src/node/a.ts", "../../test/unit/a.js"],
    ["src/node/a.ts", "./gone.js"],
  ])("%s may not import %s, nor its types", (path, specifier) => {
    expect(found(folderOrder, { ...world, [path]: `\nimport "${specifier}";` })).toEqual([
      `${path}:2 folder-order`,
    ]);
    expect(found(folderOrder, { ...world, [path]: `import type { A } from "${specifier}";` })).toHaveLength(
      1,
    );
    expect(found(folderOrder, { ...world, [path]: `export { A } from "${specifier}";` })).toHaveLength(1);
    expect(found(folderOrder, { ...world, [path]: `const a = import("${specifier}");` })).toHaveLength(1);
  });

  test("a folder that nobody drew, and a file in no folder", () => {
    expect(found(folderOrder, { "src/magic/a.ts": "" })).toEqual(["src/magic/a.ts:1 folder-order"]);
    expect(found(folderOrder, { "src/a.ts": "" })).toEqual(["src/a.ts:1 folder-order"]);
  });
});

describe("client-reach", () => {
  const client: Files = {
    "src/client/index.ts": 'export { a } from "./a.js";',
    "src/client/a.ts": 'import { b } from "../topology/index.js";',
    "src/topology/index.ts": "",
    "src/server/index.ts": 'import "level";',
  };

  test("follows imports to the end", () => {
    expect(found(clientReach, client)).toEqual([]);
    expect(found(clientReach, { ...client, "src/topology/index.ts": '\nimport "classic-level";' })).toEqual([
      "src/topology/index.ts:2 client-reach",
    ]);
    expect(
      found(clientReach, { ...client, "src/topology/index.ts": 'import "../server/index.js";' }),
    ).toEqual(["src/topology/index.ts:1 client-reach"]);
  });

  test("a package without its main door", () => {
    expect(found(clientReach, {})).toEqual(["src/client/index.ts:1 client-reach"]);
  });
});

describe("documented", () => {
  const door = { "src/client/index.ts": 'export { type A, b, C } from "./a.js";' };
  const whole = `
/** What A is. */
export type A = string;
/** What b does. */
export function b(): void {}
/** What C is. */
export class C {
  constructor() {}

  /** What d does. */
  d(of: number): void;
  d(of: string): void;
  d(of: unknown): void { call(of); }

  next(): void {}
}
`;

  test("exports and methods with a docstring", () => {
    expect(found(documented, { ...door, "src/client/a.ts": whole })).toEqual([]);
  });

  test.each([
    ["/** What A is. */\n", 2],
    ["/** What b does. */", 5],
    ["/** What C is. */", 7],
    ["  /** What d does. */\n", 10],
  ])("without %j", (missing, line) => {
    expect(found(documented, { ...door, "src/client/a.ts": whole.replace(missing, "") })).toEqual([
      `src/client/a.ts:${line} undocumented`,
    ]);
  });
});

describe("determinism", () => {
  test.each([
    "const t = Date.now();",
    "const t = new Date();",
    "const t = performance.now();",
    "const r = Math.random();",
    "const r = crypto.getRandomValues(bytes);",
    "setTimeout(f, 1);",
    "setInterval(f, 1);",
    "setImmediate(f);",
    "queueMicrotask(f);",
    "const e = process.env;",
    'const e = process["env"];',
    "globalThis.x = 1;",
    "new WeakRef(a);",
    "async function f() {}",
    "const f = async () => 1;",
    "class A { async f() {} }",
    "const p: Promise<void> = f();",
    "a.localeCompare(b);",
    "new Intl.NumberFormat();",
    'import { readFileSync } from "node:fs";',
    'import { connect } from "node:net";',
    'import { scheduler } from "node:timers/promises";',
    'import { randomBytes } from "node:crypto";',
    'import { credentials } from "@grpc/grpc-js";',
    'import type { Level } from "level";',
  ])("refuses %s", (line) => {
    for (const folder of ["causality", "node", "runtime/simulated"]) {
      expect(found(determinism, { [`src/${folder}/a.ts`]: `\n${line}` })).toEqual([
        `src/${folder}/a.ts:2 determinism`,
      ]);
    }
    for (const folder of ["src/runtime", "src/runtime/node", "src/wire", "src/server", "cluster", "test"]) {
      expect(found(determinism, { [`${folder}/a.ts`]: line })).toEqual([]);
    }
  });

  test.each([
    "// Date.now() and setTimeout are banned",
    'const text = "Promise Date process.env";',
    "timers.setTimeout(f, 1);",
    "const upDate = 1;",
    "frame.process();",
    "this.#process.deliver(f);",
    "function end(process: Simulated) { process.end(); }",
    "const b = Buffer.alloc(1);",
    "Math.max(1, 2);",
    'import { crc32 } from "@node-rs/crc32";',
    'import xxhash from "xxhash-wasm"; const { h32 } = await xxhash();',
  ])("accepts %s", (line) => {
    expect(found(determinism, { "src/causality/a.ts": line })).toEqual([]);
  });
});

describe("dead-file", () => {
  const living: Files = {
    "package.json": '{ "bin": { "atoll": "dist/src/cli/main.js" }, "exports": "./dist/src/client/index.js" }',
    "src/cli/main.ts": 'import "../a/index.js";\nfork(new URL("./child.js", import.meta.url));',
    "src/cli/child.ts": "",
    "src/client/index.ts": "",
    "src/a/index.ts": 'export type { B } from "./b.js";',
    "src/a/b.ts": "",
    "src/runtime/simulated/index.ts": "",
  };

  test("reaches what entries import, and the processes that they start", () => {
    expect(found(deadFiles, living)).toEqual([]);
  });

  test.each(["src/a/c.ts", "cluster/c.ts", "bench/c.ts"])("misses nothing: %s", (path) => {
    const files = {
      ...living,
      [path]: "",
      "test/unit/c.test.ts": `import "../../${path.replace(".ts", ".js")}";`,
    };
    expect(found(deadFiles, files)).toEqual([`${path}:1 dead-file`]);
  });

  test("a file that only a dead file imports is dead", () => {
    const files = { ...living, "src/a/c.ts": 'import "./d.js";', "src/a/d.ts": "" };
    expect(found(deadFiles, files)).toEqual(["src/a/c.ts:1 dead-file", "src/a/d.ts:1 dead-file"]);
  });
});

describe("dead-export", () => {
  test("an inner export that no file imports", () => {
    const files = { "src/crdt/a.ts": "export const x = 1;\nexport const y = x;" };
    expect(found(deadExports, files)).toEqual(["src/crdt/a.ts:1 dead-export", "src/crdt/a.ts:2 dead-export"]);
    expect(found(deadExports, { ...files, "src/crdt/b.ts": 'import { x } from "./a.js";' })).toEqual([
      "src/crdt/a.ts:2 dead-export",
    ]);
    expect(
      found(deadExports, { ...files, "test/b.test.ts": 'import * as a from "../src/crdt/a.js";' }),
    ).toEqual([]);
  });

  test("a door's export that its own part alone imports", () => {
    const files = {
      "src/crdt/index.ts": 'export { x } from "./a.js";',
      "src/crdt/a.ts": "export const x = 1;",
      "src/crdt/b.ts": 'import { x } from "./index.js";',
    };
    expect(found(deadExports, files)).toEqual(["src/crdt/index.ts:1 dead-export"]);
    expect(
      found(deadExports, { ...files, "src/node/c.ts": 'import { x } from "../crdt/index.js";' }),
    ).toEqual([]);
    expect(
      found(deadExports, { ...files, "test/c.ts": 'import { x } from "../src/crdt/index.js";' }),
    ).toEqual([]);
  });

  test("a star passes names on, and uses none itself", () => {
    const files = {
      "src/wire/index.ts": 'export * from "./a.js";',
      "src/wire/a.ts": "export const x = 1;\nexport const y = 1;",
      "src/crdt/b.ts": 'import { x } from "../wire/index.js";',
    };
    expect(found(deadExports, files)).toEqual(["src/wire/a.ts:2 dead-export"]);
  });

  test("a runtime's own door serves other parts", () => {
    const files = {
      "src/runtime/node/index.ts": "export const x = 1;",
      "src/runtime/node/a.ts": 'import { x } from "./index.js";',
    };
    expect(found(deadExports, files)).toEqual(["src/runtime/node/index.ts:1 dead-export"]);
  });

  test("the package's own doors serve the public", () => {
    expect(found(deadExports, { "src/client/index.ts": "export const x = 1;" })).toEqual([]);
    expect(found(deadExports, { "src/node/index.ts": "export const x = 1;" })).toHaveLength(1);
  });
});

describe("dependencies", () => {
  const manifest =
    '{\n  "dependencies": {\n    "zod": "4",\n    "@grpc/grpc-js": "1"\n  },\n  "devDependencies": {}\n}';

  test("declared and used", () => {
    const files = {
      "package.json": manifest,
      "src/a.ts": 'import "zod/mini"; import "node:fs";',
      "src/wire/generated/b.ts": 'import type * as grpc from "@grpc/grpc-js";',
    };
    expect(found(dependencies, files)).toEqual([]);
  });

  test("used and not declared, declared and not used", () => {
    expect(
      found(dependencies, { "package.json": manifest, "src/a.ts": '\nimport "vitest"; import "zod";' }),
    ).toEqual(["src/a.ts:2 undeclared-dependency", "package.json:4 dead-dependency"]);
  });
});

describe("house words", () => {
  test.each([
    ["src/crdt/a.ts", "// TODO later", "unfinished"],
    ["proto/a.proto", "// FIXME", "unfinished"],
    ["src/node/a.ts", "console.log(1);", "console"],
    ["test/unit/a.test.ts", "console.log(1);", "console"],
    ["src/node/a.ts", "f(x as any);", "as-any"],
    ["test/unit/a.test.ts", "f(x as any);", "as-any"],
    ["src/node/a.ts", "// @ts-ignore", "silenced-compiler"],
    ["src/node/a.ts", "// @ts-expect-error it is fine", "silenced-compiler"],
    ["src/node/a.ts", "// biome-ignore lint/style/useConst", "silenced-linter"],
    ["src/node/a.ts", "// biome-ignore lint/style/useConst: <explanation>", "silenced-linter"],
    ["src/node/a.ts", "// biome-ignore lint/style/useConst: ok", "silenced-linter"],
    ["cluster/a.ts", 'const folder = "/home/somebody/data";', "machine-path"],
  ])("%s: %s", (path, line, rule) => {
    expect(found(houseWords, { [path]: `\n${line}` })).toEqual([`${path}:2 ${rule}`]);
  });

  test.each([
    ["src/cli/a.ts", "console.log(1);"],
    ["cluster/a.ts", "console.log(1);"],
    [".ci/a.mjs", "console.log(1);"],
    ["src/server/a.ts", 'mount("console"); this.console.open();'],
    ["src/node/a.ts", "// as any reader can see"],
    ["test/unit/a.test.ts", "// @ts-expect-error a text is no number"],
    ["src/node/a.ts", "// biome-ignore lint/style/useConst: the loop below assigns it"],
    ["src/node/a.ts", 'get("/root"); get(url + "region/home/x");'],
  ])("%s may say %s", (path, line) => {
    expect(found(houseWords, { [path]: line })).toEqual([]);
  });
});

describe("house files", () => {
  test.each(["utils.ts", "row-helpers.ts", "connection-manager.ts", "types.ts", "rowMerge.ts", "Row.ts"])(
    "%s is no name",
    (name) => {
      expect(found(houseFiles, { [`src/crdt/${name}`]: "" })).toEqual([`src/crdt/${name}:1 file-name`]);
      expect(found(houseFiles, { [`test/unit/${name}`]: "" })).toHaveLength(1);
    },
  );

  test("350 lines are the most", () => {
    expect(found(houseFiles, { "bench/a.ts": "\n".repeat(350) })).toEqual([]);
    expect(found(houseFiles, { "bench/a.ts": "\n".repeat(351) })).toEqual(["bench/a.ts:351 file-length"]);
    expect(found(houseFiles, { "src/wire/generated/a.ts": "\n".repeat(999) })).toEqual([]);
  });

  test("a door says what it is for", () => {
    for (const text of ["/** Rows. */\nexport {};", "/**\n * Rows.\n */\n"]) {
      expect(found(houseFiles, { "src/crdt/index.ts": text })).toEqual([]);
    }
    for (const text of ["export {};", "// Rows.\n", "/** */\n", "/**\n */\n"]) {
      expect(found(houseFiles, { "src/crdt/index.ts": text })).toEqual(["src/crdt/index.ts:1 door-sentence"]);
    }
  });

  test("a plain name is fine", () => {
    expect(found(houseFiles, { "src/crdt/data-type.ts": "", "test/unit/row-merge.test.ts": "" })).toEqual([]);
  });
});
