/** The grammar of the command, without a node. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { atoll, failureIn } from "./cli-fixture.js";

const ROOT = join(import.meta.dirname, "..", "..");
const VERBS = [
  ...["start", "cluster", "get", "put", "delete", "counter", "flag", "set", "map"],
  ...["import", "export", "admin", "sim", "demo"],
];

/** Prints the address of every module that is loaded. */
const TELL_MODULES = `
  import { register } from "node:module";
  const hooks = "export async function load(url, context, next) { process._rawDebug('loads ' + url); return next(url, context); }";
  register("data:text/javascript," + encodeURIComponent(hooks));
`;

async function modulesOf(...args: string[]): Promise<string[]> {
  const { stderr } = await atoll(args, {
    execArgv: ["--import", `data:text/javascript,${encodeURIComponent(TELL_MODULES)}`],
  });
  return stderr.split("\n").filter((line) => line.startsWith("loads "));
}

describe("atoll", () => {
  it("says its version, and nothing else", async () => {
    const manifest = readFileSync(join(ROOT, "package.json"), "utf8");
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(manifest));
    expect(await atoll(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("lists its verbs and what the exit codes mean", async () => {
    const help = await atoll(["--help"]);
    expect([help.code, help.stderr]).toEqual([0, ""]);
    for (const verb of VERBS) expect(help.stdout).toMatch(new RegExp(`^  ${verb} `, "m"));
    expect(help.stdout).toContain("0 ok, 1 failed, 2 usage, 3 not found, 4 unavailable");
    const none = await atoll([]);
    expect([none.code, none.stdout, none.stderr]).toEqual([2, "", help.stdout]);
  });

  it.each(VERBS)("explains %s", async (verb) => {
    const [flag, word] = await Promise.all([atoll([verb, "--help"]), atoll(["help", verb])]);
    expect([flag.code, flag.stderr]).toEqual([0, ""]);
    expect(flag.stdout).toContain(`Usage: atoll ${verb}`);
    expect(word).toEqual(flag);
  });

  it.each([
    [["gte", "k"], "unknown command 'gte'\n(Did you mean get?)", "atoll"],
    [["get"], "missing required argument 'KEY'", "atoll get"],
    [["get", "a", "b"], "too many arguments for 'get'", "atoll get"],
    [["get", "k", "--buckets", "b"], "unknown option '--buckets'\n(Did you mean --bucket?)", "atoll get"],
    [["get", "k", "--bucket"], "option '--bucket <B>' argument missing", "atoll get"],
    [["get", "k", "--type", "counter"], "Allowed choices are register, multi", "atoll get"],
    [["get", "k", "--consistency", "MOST"], "one of ONE, TWO, THREE", "atoll get"],
    [["get", "k", "--timeout", "-5"], "whole milliseconds", "atoll get"],
    [["put", "k", "v", "--context", "?"], "not base64", "atoll put"],
    [["put", "k", "v", "--if-absent", "--context", "AAAA"], "cannot be used with", "atoll put"],
    [["counter", "add", "k", "1.5"], "whole number", "atoll counter add"],
    [["map", "enable", "k", "a//b"], "A step of it is empty", "atoll map enable"],
    [["admin", "stat"], "unknown command 'stat'", "atoll admin"],
    [["cluster", "up", "--nodes", "x"], "whole number", "atoll cluster up"],
    [["start", "--port", "1"], "unknown option '--port'", "atoll start"],
  ])("answers %j with what is wrong, and exit code 2", async (args, problem, help) => {
    const outcome = await atoll(args);
    expect([outcome.code, outcome.stdout]).toEqual([2, ""]);
    expect(outcome.stderr).toMatch(/^error: /);
    expect(outcome.stderr).toContain(problem);
    expect(outcome.stderr.endsWith(`see: ${help} --help\n`)).toBe(true);
  });

  it("gives a program one document, whatever is wrong", async () => {
    const usage = await atoll(["get", "--json", "--bad"]);
    expect([usage.code, failureIn(usage).code]).toEqual([2, "USAGE"]);
    const cluster = await atoll(["cluster", "status", "--data", join(ROOT, "no-such-folder"), "--json"]);
    expect([cluster.code, failureIn(cluster).code]).toEqual([3, "NOT_FOUND"]);
    const start = await atoll(["start", "--config", join(ROOT, "no-such-file"), "--json"]);
    expect([start.code, failureIn(start).code]).toEqual([2, "USAGE"]);
    for (const { stderr } of [usage, cluster, start]) expect(stderr).toMatch(/^error: /);
  });
});

describe("loading", () => {
  it("of a client takes no server, and of a server no client", async () => {
    const get = await modulesOf("get", "k", "--endpoint", "127.0.0.1:1", "--timeout", "1");
    expect(get.filter((url) => url.includes("/dist/src/client/"))).not.toEqual([]);
    expect(get.filter((url) => /\/dist\/(src\/(server|node|storage)|cluster)\//.test(url))).toEqual([]);
    const start = await modulesOf("start", "--config", join(ROOT, "no-such-file"));
    expect(start.filter((url) => url.includes("/dist/src/server/"))).not.toEqual([]);
    expect(start.filter((url) => /\/dist\/(src\/client|cluster)\//.test(url))).toEqual([]);
  });

  it("of the version and the help takes neither", async () => {
    for (const flag of ["--version", "--help"]) {
      const urls = await modulesOf(flag);
      expect(urls.filter((url) => url.includes("/dist/") && !url.includes("/dist/src/cli/"))).toEqual([]);
      expect(urls.filter((url) => /node_modules\/(?!commander)/.test(url))).toEqual([]);
    }
  });
});
