/** `import` and `export` against a real node. */
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { connect } from "../../src/client/index.js";
import { atoll, collect, failureIn, SingleNode, spawnAtoll, temporaryFolder } from "./cli-fixture.js";

const Imported = z.strictObject({
  rows: z.number(),
  failed: z.number(),
  seconds: z.number(),
  rowsPerSecond: z.number(),
  errors: z.array(z.strictObject({ line: z.number(), message: z.string() })),
  stoppedAtLine: z.number().nullable(),
});
const Exported = z.strictObject({
  rows: z.number(),
  missing: z.number(),
  failed: z.number(),
  seconds: z.number(),
  errors: z.array(z.strictObject({ line: z.number(), message: z.string() })),
});

let node: SingleNode;
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder();
  node = await SingleNode.start();
});
afterAll(async () => {
  await node?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

function rows(count: number): string[] {
  return Array.from({ length: count }, (_, at) =>
    JSON.stringify({ key: `k${at + 1}`, value: { n: at + 1 } }),
  );
}

describe("an import", () => {
  it("of a thousand lines with some bad ones takes the good and names the bad", async () => {
    const lines = rows(1_000);
    lines[9] = '{"key": "k10"';
    lines[499] = '{"key": "", "value": 1}';
    lines[989] = JSON.stringify({ key: "k".repeat(5_000), value: 1 });
    const path = file("bad.jsonl", lines);
    const outcome = await node.run(["import", path, "--bucket", "bad", "--json"]);
    expect(outcome.code).toBe(1);
    const summary = Imported.parse(JSON.parse(outcome.stdout));
    expect(summary).toMatchObject({ rows: 997, failed: 3, stoppedAtLine: null });
    expect(summary.errors.map(({ line }) => line).toSorted((left, right) => left - right)).toEqual([
      10, 500, 990,
    ]);
    expect(outcome.stderr).toMatch(/^line 10: is not JSON: /m);
    expect(outcome.stderr).toMatch(/^line 500: has an empty "key"$/m);
    expect(outcome.stderr).toMatch(/^line 990: .*the limit is 4096$/m);

    const get = (key: string) => node.run(["get", key, "--bucket", "bad"]);
    expect((await get("k1000")).stdout).toBe('{"n":1000}\n');
    expect((await get("k10")).code).toBe(3);
  });

  it("tells a person how many and how fast, without a bar off a terminal", async () => {
    const outcome = await node.run(["import", file("few.jsonl", rows(5)), "--bucket", "few"]);
    expect(outcome).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^5 rows in \d+\.\d s, [\d,]+ rows\/s\n$/),
      stderr: "",
    });
  });

  it("comes from stdin, and of two lines with one key the later wins", async () => {
    const stdin = Array.from({ length: 300 }, (_, at) => `{"key":"k${at % 3}","value":${at}}\n`).join("");
    const outcome = await node.run(["import", "-", "--bucket", "stdin"], { stdin });
    expect(outcome.stdout).toMatch(/^300 rows/);
    expect((await node.run(["get", "k2", "--bucket", "stdin"])).stdout).toBe("299\n");
  });

  it("with --ttl lasts as long as that says, and refuses numbers that it would round", async () => {
    const stdin = '{"key":"a","value":1}\n{"key":"b","value":12345678901234567890}\n';
    const args = ["import", "-", "--bucket", "lasting", "--ttl", "1h"];
    const before = Date.now();
    const outcome = await node.run(args, { stdin });
    expect([outcome.code, outcome.stderr]).toEqual([
      1,
      expect.stringMatching(/^line 2: the number 12345678901234567890 would be rounded to /),
    ]);
    const read = JSON.parse((await node.run(["get", "a", "--bucket", "lasting", "--json"])).stdout);
    const endsInMs = Date.parse(read.expiresAt) - before;
    expect(endsInMs).toBeGreaterThanOrEqual(3_600_000);
    expect(endsInMs).toBeLessThan(3_700_000);
  });

  it("does not hold slow rows back, and ends in order when it is interrupted", async () => {
    const env = { ATOLL_ENDPOINT: node.endpoint };
    const child = spawnAtoll(["import", "-", "--bucket", "slow", "--json"], { env });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const closed = once(child, "close");
    child.stdin?.write('{"key":"early","value":1}\n');
    await until(async () => (await node.run(["get", "early", "--bucket", "slow"])).code === 0);
    child.kill("SIGINT");
    expect((await closed)[0]).toBe(1);
    expect(Imported.parse(JSON.parse(stdout()))).toMatchObject({ rows: 1, failed: 0, stoppedAtLine: 1 });
    expect(stderr()).toBe("stopped at line 1: interrupted\n");
  });

  it.each([
    ["a file that is not there", join("nowhere", "x.jsonl"), "ENOENT"],
    ["a folder", ".", "it is a folder"],
  ])("of %s fails", async (_what, path, problem) => {
    const outcome = await node.run(["import", path, "--json"]);
    expect([outcome.code, failureIn(outcome).message]).toEqual([1, expect.stringContaining(problem)]);
  });

  it("into nowhere is exit code 4", async () => {
    const path = file("nowhere.jsonl", rows(10));
    const outcome = await atoll(["import", path, "--endpoint", "127.0.0.1:1", "--timeout", "300"]);
    expect([outcome.code, outcome.stdout]).toEqual([4, ""]);
  });
});

describe("an export", () => {
  it("writes what an import read, in the order of the keys", async () => {
    const lines = [...rows(400), '{"key":"b","value":{"$bytes":"AAH/"}}', '{"key":"t","value":"text"}'];
    const path = file("all.jsonl", lines);
    expect((await node.run(["import", path, "--bucket", "all"])).code).toBe(0);
    const keys = [...Array.from({ length: 400 }, (_, at) => `k${at + 1}`), "b", "t", "", "absent"];
    const to = join(folder, "exported.jsonl");
    const outcome = await node.run(["export", to, "--keys", file("keys", keys), "--bucket", "all", "--json"]);
    expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
    expect(Exported.parse(JSON.parse(outcome.stdout))).toMatchObject({ rows: 402, missing: 1, failed: 0 });
    expect(readFileSync(to, "utf8")).toBe(readFileSync(path, "utf8"));
  });

  it("goes to stdout, and its summary beside it", async () => {
    await node.run(["put", "one", "1", "--bucket", "out"]);
    const outcome = await node.run(["export", "--keys", "-", "--bucket", "out"], { stdin: "one\nabsent\n" });
    expect(outcome.stdout).toBe('{"key":"one","value":"1"}\n');
    expect(outcome.stderr).toMatch(/^1 rows in \d+\.\d s, 1 keys not found\n$/);
  });

  it("gives a line for each sibling, which an import makes siblings again", async () => {
    const multi = ["--type", "multi", "--bucket", "siblings"];
    const stdin = '{"key":"k","value":1}\n{"key":"k","value":2}\n';
    expect((await node.run(["import", "-", ...multi], { stdin })).stdout).toMatch(/^2 rows/);
    const outcome = await node.run(["export", "--keys", "-", ...multi], { stdin: "k\n" });
    expect(outcome.stdout.split("\n").toSorted()).toEqual(["", ...stdin.trim().split("\n")]);
  });

  it("reports keys that cannot be", async () => {
    const stdin = `${"k".repeat(5_000)}\none\n`;
    const outcome = await node.run(["export", "--keys", "-", "--bucket", "out"], { stdin });
    expect([outcome.code, outcome.stdout]).toEqual([1, '{"key":"one","value":"1"}\n']);
    expect(outcome.stderr).toMatch(/^line 1: .*the limit is 4096$/m);
  });

  it("has all keys in order where none are named, and says which it cannot write", async () => {
    const stdin = Array.from({ length: 1_200 }, (_, at) => `{"key":"k${at + 1_000}","value":${at}}\n`).join(
      "",
    );
    expect((await node.run(["import", "-", "--bucket", "whole"], { stdin })).code).toBe(0);
    const whole = await node.run(["export", "--bucket", "whole"]);
    expect([whole.code, whole.stdout]).toEqual([0, stdin]);
    expect(whole.stderr).toMatch(/^1,200 rows in \d+\.\d s\n$/);

    await using db = await connect({ endpoints: [node.endpoint] });
    const mixed = db.register("mixed");
    await mixed.put("a", 1);
    await mixed.put(Uint8Array.of(0x62, 0xff), 2);
    await db
      .register<Uint8Array>("mixed", {
        codec: { encode: (data) => ({ data, encoding: "msgpack" }), decode: ({ data }) => data },
      })
      .put("c", Uint8Array.of(0xc1));
    await mixed.put("d", 4);
    const outcome = await node.run(["export", "--bucket", "mixed"]);
    expect([outcome.code, outcome.stdout]).toEqual([1, '{"key":"a","value":1}\n{"key":"d","value":4}\n']);
    expect(outcome.stderr).toMatch(/^line 2: the key 0x62ff is not UTF-8$/m);
    expect(outcome.stderr).toMatch(/^line 2: the value of key "0x63" .* cannot be decoded/m);
  });

  it("cannot mix its rows with the document", async () => {
    const outcome = await node.run(["export", "--keys", "-", "--json"], { stdin: "one\n" });
    expect([outcome.code, failureIn(outcome).code]).toEqual([2, "USAGE"]);
  });

  it("fails where it cannot write", async () => {
    const to = join(folder, "nowhere", "x");
    const outcome = await node.run(["export", to, "--keys", "-"], { stdin: "one\n" });
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining(`cannot export to ${to}`)]);
  });

  it("ends quietly when its reader does", async () => {
    await node.run(["put", "large", "--file", "-", "--bucket", "out"], { stdin: new Uint8Array(500_000) });
    const child = spawnAtoll(["export", "--keys", "-", "--bucket", "out"], {
      env: { ATOLL_ENDPOINT: node.endpoint },
    });
    const stderr = collect(child.stderr);
    const closed = once(child, "close");
    child.stdin?.on("error", () => {});
    child.stdin?.end("large\n".repeat(100));
    child.stdout?.once("data", () => child.stdout?.destroy());
    expect((await closed)[0]).toBe(1);
    expect(stderr()).not.toMatch(/^\s+at /m);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not in time: ${condition}`);
  }
}
