/** `atoll scan` against a real node. */
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { connect, flag } from "../../src/client/index.js";
import { atoll, collect, failureIn, SingleNode, spawnAtoll } from "./cli-fixture.js";

const Scanned = z.strictObject({
  rows: z.array(z.looseObject({ key: z.unknown() })),
  pageToken: z.string().nullable(),
});

let node: SingleNode;
beforeAll(async () => {
  node = await SingleNode.start();
  await using db = await connect({ endpoints: [node.endpoint], timeoutMs: 20_000 });
  const users = db.register("users");
  for (const key of ["eu:1", "eu:2", "eu:3", "us:1"]) await users.put(key, { name: key });
  await users.put(Uint8Array.of(0xff), "raw");
  await db.multi("carts").put("c1", "apples");
  await db.multi("carts").put("c1", "pears");
  await db.counter("views").add("home", 3);
  await db.flag("beta").enable("u1");
  for (const key of ["t1", "t2"]) await db.set("tags").add(key, "a", "b");
  await db.map("places").update("p1", (at) => at("x").as(flag()).enable());
});
afterAll(async () => {
  await node?.stop();
});

const scan = (...args: string[]) => node.run(["scan", ...args]);
const documentOf = ({ stdout }: { readonly stdout: string }) => Scanned.parse(JSON.parse(stdout));

describe("a scan", () => {
  it("prints keys and values in order, for people", async () => {
    expect(await scan("register", "users")).toEqual({
      code: 0,
      stdout:
        'eu:1\t{"name":"eu:1"}\neu:2\t{"name":"eu:2"}\neu:3\t{"name":"eu:3"}\nus:1\t{"name":"us:1"}\n' +
        '{"$bytes":"/w=="}\traw\n',
      stderr: "",
    });
    expect((await scan("multi", "carts")).stdout).toBe("c1\tpears\nc1\tapples\n");
    expect((await scan("counter", "views")).stdout).toBe("home\t3\n");
    expect((await scan("flag", "beta")).stdout).toBe("u1\n");
    expect((await scan("set", "tags")).stdout).toBe("t1\nt2\n");
    expect((await scan("map", "places")).stdout).toBe("p1\n");
    expect(await scan("register", "empty")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("has a prefix, a range, a direction, a limit, and goes on behind it", async () => {
    const keys = async (...args: string[]) =>
      (await scan("register", "users", "--keys-only", ...args)).stdout;
    expect(await keys("--prefix", "eu:", "--reverse")).toBe("eu:3\neu:2\neu:1\n");
    expect(await keys("--from", "eu:2", "--to", "us:1", "--consistency", "ONE")).toBe("eu:2\neu:3\n");
    const first = await scan("register", "users", "--keys-only", "--limit", "2");
    expect(first.stdout).toBe("eu:1\neu:2\n");
    const [, token = ""] = /^page token: (\S+)\n$/.exec(first.stderr) ?? [];
    expect(await keys("--limit", "2", "--page-token", token)).toBe("eu:3\nus:1\n");
  });

  it("is one document with --json", async () => {
    const first = documentOf(await scan("register", "users", "--limit", "1", "--json"));
    expect(first).toEqual({
      rows: [
        {
          key: "eu:1",
          value: { name: "eu:1" },
          context: expect.any(String),
          hlc: expect.any(String),
          expiresAt: null,
        },
      ],
      pageToken: expect.any(String),
    });
    const rest = documentOf(await scan("register", "users", "--json", "--page-token", first.pageToken ?? ""));
    expect([rest.rows.map(({ key }) => key), rest.pageToken]).toEqual([
      ["eu:2", "eu:3", "us:1", { $bytes: "/w==" }],
      null,
    ]);
    expect(documentOf(await scan("multi", "carts", "--json")).rows[0]).toMatchObject({
      values: ["pears", "apples"],
    });
    expect(documentOf(await scan("counter", "views", "--json")).rows).toEqual([
      { key: "home", value: 3, expiresAt: null },
    ]);
    expect(documentOf(await scan("set", "tags", "--json")).rows).toEqual([{ key: "t1" }, { key: "t2" }]);
    expect(documentOf(await scan("register", "empty", "--json"))).toEqual({ rows: [], pageToken: null });
  });

  it("that fails in the middle ends its document with the error", async () => {
    await using db = await connect({ endpoints: [node.endpoint] });
    await db.register("broken").put("a", 1);
    const codec = {
      encode: (data: Uint8Array) => ({ data, encoding: "msgpack" }) as const,
      decode: ({ data }: { data: Uint8Array }) => data,
    };
    await db.register("broken", { codec }).put("b", Uint8Array.of(0xc1));
    await db.register("broken").put("c", 3);
    const outcome = await scan("register", "broken", "--json");
    const { rows, pageToken, error } = JSON.parse(outcome.stdout);
    expect([outcome.code, rows.length, error.code]).toEqual([1, 1, "DATA_LOSS"]);
    const rest = await scan("register", "broken", "--page-token", pageToken);
    expect([rest.code, rest.stdout]).toEqual([0, "c\t3\n"]);
    const text = await scan("register", "broken");
    expect([text.code, text.stdout]).toEqual([1, "a\t1\n"]);
    expect(text.stderr).toMatch(/^page token: \S+\nerror: the value of key "0x62" /);
  });

  it.each([
    ["an unknown type", ["heap", "b"], "Allowed choices are register, multi, counter, flag, set, map"],
    ["no bucket", ["set"], "missing required argument 'BUCKET'"],
    ["a bad limit", ["set", "b", "--limit", "0"], "Use a whole number from 1."],
    ["a bad bucket", ["set", "b/c"], 'bucket "b/c" is no name'],
    [
      "a token of other keys",
      ["set", "b", "--prefix", "x", "--page-token", "eQ"],
      "the page token is not of a scan of this bucket",
    ],
    ["no token", ["set", "b", "--page-token", "?"], "begin without one"],
  ])("with %s is misused", async (_what, args, message) => {
    const outcome = await scan(...args, "--json");
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(failureIn(outcome).message).toContain(message.slice(0, 20));
  });

  it("of nobody is exit code 4", async () => {
    const outcome = await atoll([
      "scan",
      "set",
      "b",
      "--endpoint",
      "127.0.0.1:1",
      "--timeout",
      "2000",
      "--json",
    ]);
    expect([outcome.code, failureIn(outcome).code]).toEqual([4, "UNAVAILABLE"]);
  });

  it("ends quietly when its reader does, and holds no more than a page", async () => {
    await using db = await connect({ endpoints: [node.endpoint], timeoutMs: 20_000 });
    const large = db.register<Uint8Array>("large");
    for (let at = 0; at < 150; at++) await large.put(`k${at}`, new Uint8Array(500_000).fill(0x61));
    const execArgv = ["--max-old-space-size=48"];
    const child = spawnAtoll(["scan", "register", "large", "--endpoint", node.endpoint], { execArgv });
    const stderr = collect(child.stderr);
    const closed = once(child, "close");
    let bytes = 0;
    child.stdout?.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    expect((await closed)[0]).toBe(0);
    // Bytes are shown as base64.
    expect(bytes).toBeGreaterThan(150 * 600_000);
    expect(stderr()).toBe("");
    const cut = spawnAtoll(["scan", "register", "large", "--endpoint", node.endpoint]);
    const cutStderr = collect(cut.stderr);
    const cutClosed = once(cut, "close");
    cut.stdout?.once("data", () => cut.stdout?.destroy());
    expect((await cutClosed)[0]).toBe(1);
    expect(cutStderr()).not.toMatch(/^\s+at /m);
  });
});
