/** The TypeScript examples of the documents: they check under the house's compiler options, and do what they say. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { AtollServer, parseConfig } from "../../src/server/index.js";
import { SILENT } from "../unit/server/server-fixture.js";
import { programOf } from "./document-examples.js";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..", "..");
const DOCUMENTS = ["", "docs"]
  .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith(".md") && readFileSync(join(ROOT, path), "utf8").includes("```ts\n"));
/** A compiler and a program are started: on a busy machine that alone takes long. */
const TIMEOUT_MS = 180_000;
const Line = z.object({ line: z.number(), expected: z.string(), came: z.string() });

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "atoll-documents-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `host:port` of a node of its own. */
async function node(): Promise<string> {
  const listen = { client: "127.0.0.1:0", peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
  const config = parseConfig({ node: "eu-west-1", region: "eu-west", data: newFolder(), listen });
  const server = await AtollServer.start(config, { log: SILENT });
  onTestFinished(() => server.stop());
  return server.addresses.client;
}

/** Checks and runs a program; gives what the compiler says, or what the program compared. */
async function outcome(program: string): Promise<{ readonly errors: string; readonly lines: unknown[] }> {
  const folder = newFolder();
  const config = join(folder, "tsconfig.json");
  const compilerOptions = {
    paths: { atolldb: [join(ROOT, "src", "client", "index.ts")] },
    typeRoots: [join(ROOT, "node_modules", "@types")],
  };
  writeFileSync(
    config,
    JSON.stringify({ extends: join(ROOT, "tsconfig.json"), compilerOptions, include: ["program.mts"] }),
  );
  writeFileSync(join(folder, "program.mts"), program);
  const errors = await run(join(ROOT, "node_modules", ".bin", "tsc"), ["-p", config]).then(
    () => "",
    (failure: { readonly stdout: string }) => failure.stdout,
  );
  if (errors !== "") return { errors, lines: [] };
  const { stdout } = await run(
    join(ROOT, "node_modules", ".bin", "tsx"),
    ["--tsconfig", config, join(folder, "program.mts")],
    { timeout: TIMEOUT_MS },
  );
  return {
    errors,
    lines: stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  };
}

describe("the examples of", () => {
  test.each(DOCUMENTS)(
    "%s",
    async (path) => {
      const text = readFileSync(join(ROOT, path), "utf8").replaceAll("127.0.0.1:7400", await node());
      const { errors, lines } = await outcome(programOf(text));
      expect(errors).toBe("");
      expect(lines.length).toBeGreaterThan(0);
      for (const shown of lines) {
        const { came, expected, line } = Line.parse(shown);
        expect(`${path}:${line} ${came}`).toBe(`${path}:${line} ${expected}`);
      }
    },
    TIMEOUT_MS,
  );
});

test.each([
  ["compares nothing", "const a = 1;"],
  ["does not say what", "console.log(1);"],
])("an example that %s is refused", (why, code) => {
  expect(() => programOf(`\`\`\`ts\n${code}\n\`\`\`\n`)).toThrow(why);
});
