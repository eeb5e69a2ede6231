/**
 * The package as its users get it: packed, installed into an empty project without install scripts, imported from
 * JavaScript and from TypeScript. Needs the built code, and the registry or the cache that installed this project.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, "..", "..");
const project = mkdtempSync(join(tmpdir(), "atoll-package-"));
const installed = join(project, "node_modules", "atolldb");

/** Writes a file of the project and runs it with node; gives its standard output. */
async function runFile(name: string, text: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  writeFileSync(join(project, name), text);
  const { stdout } = await run(process.execPath, [name], {
    cwd: project,
    env: { ...process.env, ...env },
    timeout: 30_000,
  });
  return stdout;
}

beforeAll(async () => {
  const packed = await run(
    "npm",
    ["pack", "--ignore-scripts", "--silent", "--json", "--pack-destination", project],
    { cwd: ROOT, timeout: 60_000 },
  );
  const tarball = /"filename":\s*"([^"]+)"/.exec(packed.stdout)?.[1] ?? "";
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  await run("npm", ["install", ...flags, join(project, tarball)], { cwd: project, timeout: 100_000 });
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("the package holds what a user needs, and no sources, tests or leftovers", () => {
  const top = readdirSync(installed);
  expect(top).toEqual(expect.arrayContaining(["dist", "proto", "package.json", "LICENSE", "README.md"]));
  for (const stray of ["src", "test", ".ci", "node_modules"]) expect(top).not.toContain(stray);
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  expect(files.filter((path) => /\.test\.|\.tsbuildinfo$|\.log$/.test(path))).toEqual([]);
  expect(readFileSync(join(installed, "LICENSE"), "utf8")).toContain("Apache License");
});

describe("from JavaScript", () => {
  /** Nobody listens on this port: every call must end with a typed error, at its deadline or before. */
  const program = `
    import { AtollError, connect } from "atolldb";
    try {
      const db = await connect({ endpoints: ["127.0.0.1:1"], connectTimeoutMs: 1000 });
      await db.register("profiles").get("u42");
      await db.close();
      console.log("connected to nothing");
    } catch (error) {
      console.log(error instanceof AtollError ? "AtollError " + error.code : String(error));
    }
  `;

  test("the main export connects, and fails with a typed error", async () => {
    expect(await runFile("main.mjs", program)).toMatch(/^AtollError [A-Z_]+\n$/);
  });

  test("it loads no server code", async () => {
    const coverage = join(project, "coverage");
    await runFile("loaded.mjs", program, { NODE_V8_COVERAGE: coverage });
    const loaded = new Set(
      readdirSync(coverage).flatMap((name) => {
        const report = readFileSync(join(coverage, name), "utf8");
        return [...report.matchAll(/"url":"file:\/\/([^"]+)"/g)].map((match) => match[1] ?? "");
      }),
    );
    const ours = [...loaded].filter((path) => path.includes("/atolldb/dist/"));
    expect(ours.some((path) => path.endsWith("/atolldb/dist/src/client/index.js"))).toBe(true);
    expect(
      ours.filter((path) => !/\/dist\/src\/(client|wire|runtime|causality|crdt|codec|topology)\//.test(path)),
    ).toEqual([]);
    const serverPackages =
      /\/node_modules\/(level|classic-level|abstract-level|pino|prom-client|commander|yaml|grpc-health-check|@grpc\/reflection)\//;
    expect([...loaded].filter((path) => serverPackages.test(path))).toEqual([]);
  });

  test("a node can be embedded", async () => {
    const names = await runFile(
      "server.mjs",
      'console.log(Object.keys(await import("atolldb/server")).length > 0);',
    );
    expect(names).toBe("true\n");
  });

  test("nothing else can be imported", async () => {
    const inner = 'import("atolldb/dist/src/node/index.js").catch((error) => console.log(error.code));';
    expect(await runFile("inner.mjs", inner)).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n");
  });

  test("the command answers", async () => {
    const { stdout } = await run(join(project, "node_modules", ".bin", "atoll"), ["--version"], {
      timeout: 30_000,
    });
    const manifest = readFileSync(join(ROOT, "package.json"), "utf8");
    expect(manifest).toContain(`"version": "${stdout.trim()}"`);
  });
});

describe("from TypeScript", () => {
  /** Compiles one file as a strict project would; gives what the compiler says. */
  async function compile(name: string, text: string): Promise<string> {
    writeFileSync(join(project, name), text);
    const options = ["--strict", "--exactOptionalPropertyTypes", "--noEmit", "--types", "node"];
    const target = ["--target", "es2023", "--module", "nodenext", "--moduleResolution", "nodenext"];
    const compiler = join(ROOT, "node_modules", ".bin", "tsc");
    try {
      await run(compiler, [...options, ...target, name], { cwd: project, timeout: 60_000 });
      return "";
    } catch (error) {
      if (error instanceof Error && "stdout" in error) return String(error.stdout);
      throw error;
    }
  }

  const program = (body: string) => `
    import { AtollError, connect, counter, map, register, set } from "atolldb";
    interface Profile { name: string }
    const db = await connect({ endpoints: ["127.0.0.1:7400"], region: "eu-west" });
    const profiles = db.register<Profile>("profiles");
    try {
      ${body}
    } catch (error) {
      if (error instanceof AtollError) console.error(error.code, error.message);
    } finally {
      await db.close();
    }
  `;

  test("a register, a map with a schema and a session check, and what is read has its type", async () => {
    const body = `
      await profiles.put("u42", { name: "Ada" });
      const hit = await profiles.get("u42");
      const name: string | undefined = hit?.value?.name;
      console.log(name);
      const fields = { visits: counter(), tags: set(), address: map({ city: register<string>() }) };
      const places = db.session().map("places", fields);
      await places.update("p1", (place) => [place.visits.add(1), place.address.city.put("Paris")]);
      const { value } = await places.get("p1");
      const city: string | undefined = value.address.city;
      const tags: ReadonlySet<string> = await places.getAt("p1", (place) => place.tags);
      console.log(city, tags, value.visits.toFixed());
    `;
    expect(await compile("typed.ts", program(body))).toBe("");
  });

  test("a value of another type is refused, in a register and in a map", async () => {
    const body = `
      await profiles.put("u42", { name: 7 });
      await db.map("m", { city: register<string>() }).update("k", (m) => m.city.put(7));
      await db.map("m", { n: counter() }).getAt("k", (m) => m.other);
    `;
    const errors = (await compile("mistyped.ts", program(body))).match(/error TS\d+/g);
    expect(errors).toEqual(["error TS2322", "error TS2345", "error TS2339"]);
  });
});
