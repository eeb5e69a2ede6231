/** `get`, `put` and `delete` against a real node. */

import { rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { atoll, failureIn, type Outcome, SingleNode, temporaryFolder } from "./cli-fixture.js";

const Read = z.strictObject({
  found: z.boolean(),
  value: z.unknown(),
  values: z.array(z.unknown()),
  context: z.base64(),
  hlc: z.string().regex(/^\d+$/),
  expiresAt: z.iso.datetime().nullable(),
});
/** What lasts for a while. */
const Ends = z.looseObject({ expiresAt: z.iso.datetime() });
const Written = z.strictObject({
  hlc: z.string(),
  context: z.base64(),
  acksReceived: z.number(),
  fallbackAcks: z.number(),
});
const Deleted = z.strictObject({ hlc: z.string(), acksReceived: z.number(), fallbackAcks: z.number() });

const readIn = ({ stdout }: Outcome) => Read.parse(JSON.parse(stdout));

let node: SingleNode;
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder();
  node = await SingleNode.start();
});
afterAll(async () => {
  const code = await node?.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(code).toBe(0);
});

const run = (...args: string[]) => node.run(args);

describe("a register", () => {
  it("is written, read, replaced and deleted", async () => {
    expect(await run("put", "life", "hello")).toEqual({
      code: 0,
      stdout: "written, on disk at 1 replica\n",
      stderr: "",
    });
    expect(await run("get", "life")).toEqual({ code: 0, stdout: "hello\n", stderr: "" });
    const first = readIn(await run("get", "life", "--json"));
    expect(first).toMatchObject({ found: true, value: "hello", values: ["hello"] });

    const written = Written.parse(JSON.parse((await run("put", "life", "again", "--json")).stdout));
    expect(written.acksReceived).toBe(1);
    const second = readIn(await run("get", "life", "--json"));
    expect(second).toMatchObject({ value: "again", hlc: written.hlc });
    expect(BigInt(second.hlc)).toBeGreaterThan(BigInt(first.hlc));

    Deleted.parse(JSON.parse((await run("delete", "life", "--json")).stdout));
    const gone = await run("get", "life", "--json");
    expect([gone.code, gone.stderr]).toEqual([3, ""]);
    expect(readIn(gone)).toMatchObject({ found: false, value: null, values: [], hlc: "0" });
    expect(await run("get", "life")).toEqual({ code: 3, stdout: "", stderr: '"life" is not found\n' });
    expect((await run("delete", "life")).stdout).toBe("deleted, on disk at 1 replica\n");
  });

  it("belongs to its bucket and its type", async () => {
    await run("put", "k", "here", "--bucket", "one");
    expect((await run("get", "k", "--bucket", "two")).code).toBe(3);
    expect((await run("get", "k", "--bucket", "one", "--type", "multi")).code).toBe(3);
  });

  it("takes a value that looks like an option or a number", async () => {
    await run("put", "negative", "-5");
    expect((await run("get", "negative")).stdout).toBe("-5\n");
    await run("put", "dashes", "--", "--json");
    expect((await run("get", "dashes")).stdout).toBe("--json\n");
  });

  it.each(["ONE", "LOCAL_ONE", "local_quorum", "QUORUM", "EACH_QUORUM", "ALL", "1"])(
    "is served at consistency %s",
    async (consistency) => {
      expect((await run("put", "c", consistency, "--consistency", consistency)).code).toBe(0);
      expect((await run("get", "c", "--consistency", consistency)).stdout).toBe(`${consistency}\n`);
    },
  );
});

describe("values", () => {
  it("are text from stdin, to the last byte", async () => {
    await node.run(["put", "text"], { stdin: "héllo\n\n" });
    expect(readIn(await run("get", "text", "--json")).value).toBe("héllo\n\n");
    const bad = await node.run(["put", "text"], { stdin: Uint8Array.of(0xff, 0xfe) });
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining("not UTF-8")]);
  });

  it("are structures when they are given as JSON", async () => {
    const value = { name: "Ada", tags: ["a", null, 1.5], nested: { on: true } };
    await run("put", "json", JSON.stringify(value), "--json-value");
    expect(readIn(await run("get", "json", "--json")).value).toEqual(value);
    expect((await run("get", "json")).stdout).toBe(`${JSON.stringify(value)}\n`);
    await node.run(["put", "json", "--json-value"], { stdin: '{"$bigint":"12345678901234567890"}' });
    expect((await run("get", "json")).stdout).toBe('{"$bigint":"12345678901234567890"}\n');
    const bad = await run("put", "json", "{", "--json-value");
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining("--json-value: ")]);
  });

  it("are bytes when they come from a file, and go out as they came", async () => {
    const bytes = Uint8Array.from({ length: 1_000 }, (_, at) => at % 256);
    const file = join(folder, "value.bin");
    writeFileSync(file, bytes);
    expect((await run("put", "bytes", "--file", file)).code).toBe(0);
    const read = readIn(await run("get", "bytes", "--json"));
    expect(read.value).toEqual({ $bytes: Buffer.from(bytes).toString("base64") });
    await node.run(["put", "raw", "--file", "-"], { stdin: "no newline" });
    expect((await run("get", "raw")).stdout).toBe("no newline");
    const missing = await run("put", "bytes", "--file", join(folder, "missing"));
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("ENOENT")]);
    const both = await run("put", "bytes", "v", "--file", file);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("not both")]);
  });
});

describe("a multi", () => {
  it("keeps siblings until one write resolves them", async () => {
    const multi = (...args: string[]) => run(...args, "--type", "multi", "--bucket", "carts");
    await multi("put", "u1", "apples");
    await multi("put", "u1", "pears");
    const siblings = readIn(await multi("get", "u1", "--json"));
    expect(siblings.values.toSorted()).toEqual(["apples", "pears"]);
    expect(siblings.value).toBe(siblings.values[0]);
    expect((await multi("get", "u1")).stdout.trim().split("\n").toSorted()).toEqual(["apples", "pears"]);

    await multi("put", "u1", "both", "--context", siblings.context);
    const resolved = readIn(await multi("get", "u1", "--json"));
    expect(resolved.values).toEqual(["both"]);
    await multi("put", "u1", "late");
    await multi("delete", "u1", "--context", resolved.context);
    expect(readIn(await multi("get", "u1", "--json")).values).toEqual(["late"]);
  });
});

describe("a put on a condition", () => {
  it("writes only what is absent, or what nothing newer replaced", async () => {
    expect((await run("put", "slot", "ada", "--if-absent")).code).toBe(0);
    const taken = await run("put", "slot", "bob", "--if-absent", "--json");
    expect([taken.code, failureIn(taken).reason]).toEqual([1, "CONDITION_FAILED"]);
    const { context } = readIn(await run("get", "slot", "--json"));
    expect((await run("put", "slot", "ada 2", "--if-context", context)).code).toBe(0);
    const late = await run("put", "slot", "bob", "--if-context", context);
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining("(CONDITION_FAILED)\nRead it")]);
    expect((await run("get", "slot")).stdout).toBe("ada 2\n");
  });
});

describe("data types", () => {
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await run(...args, "--json")).stdout);

  it("count", async () => {
    expect((await run("counter", "add", "views", "41")).stdout).toBe("added, on disk at 1 replica\n");
    await run("counter", "add", "views", "-2");
    Deleted.parse(await json("counter", "subtract", "views"));
    expect((await run("counter", "get", "views")).stdout).toBe("38\n");
    await run("counter", "clear", "views");
    expect(await json("counter", "get", "views")).toEqual({ value: 0, expiresAt: null });
    await run("counter", "add", "views", "--ttl", "1h");
    expect(Ends.parse(await json("counter", "get", "views"))).toMatchObject({ value: 1 });
  });

  it("switch", async () => {
    await run("flag", "enable", "beta");
    expect((await run("flag", "get", "beta")).stdout).toBe("true\n");
    await run("flag", "disable", "beta");
    expect(await json("flag", "get", "beta")).toEqual({ value: false, expiresAt: null });
    await run("flag", "enable", "beta", "--ttl", "1h");
    expect(Ends.parse(await json("flag", "get", "beta"))).toMatchObject({ value: true });
  });

  it("collect", async () => {
    await run("set", "add", "tags", "geo", "crdt", "é");
    await run("set", "remove", "tags", "geo", "never there");
    expect((await run("set", "members", "tags")).stdout).toBe("crdt\né\n");
    expect(await json("set", "has", "tags", "é")).toEqual({ value: true, expiresAt: null });
    await run("set", "add", "tags", "é", "--ttl", "1h");
    expect(Ends.parse(await json("set", "has", "tags", "é"))).toMatchObject({ value: true });
    expect((await run("set", "size", "tags")).stdout).toBe("2\n");
    await run("set", "clear", "tags");
    expect(await json("set", "members", "tags")).toEqual({ members: [] });
  });

  it("are told apart inside a map, by path", async () => {
    const map = (...args: string[]) => run("map", ...args);
    await map("put", "p1", String.raw`address/a\/b`, "Paris");
    await map("add", "p1", "visits", "-2");
    await map("enable", "p1", "open");
    await map("set-add", "p1", "tags", "wifi", "quiet");
    await map("set-remove", "p1", "tags", "quiet");
    const lines = [
      String.raw`address/a\/b${"\t"}register${"\t"}Paris`,
      "open\tflag\ttrue",
      "tags\tset\twifi",
      "visits\tcounter\t-2",
    ];
    expect((await map("get", "p1")).stdout.trim().split("\n").toSorted()).toEqual(lines);
    expect(await json("map", "get", "p1", "address")).toEqual({
      found: true,
      entries: [{ path: ["address", "a/b"], type: "register", value: "Paris", expiresAt: null }],
    });
    await map("disable", "p1", "open");
    await map("remove", "p1", "address");
    expect(await map("get", "p1", "open")).toEqual({
      code: 3,
      stdout: "",
      stderr: '"p1" holds nothing there\n',
    });
    await map("clear", "p1");
    expect(await json("map", "get", "p1")).toEqual({ found: false, entries: [] });
  });

  it("go on with a session", async () => {
    const begun = z
      .looseObject({ session: z.string().regex(/^[\w-]+$/) })
      .parse(await json("counter", "add", "seen", "1", "--session", "new"));
    const read = await run("counter", "get", "seen", "--session", begun.session);
    expect(read).toMatchObject({
      code: 0,
      stdout: "1\n",
      stderr: expect.stringMatching(/^session: [\w-]+\n$/),
    });
    const bad = await run("get", "seen", "--session", "nonsense", "--json");
    expect([bad.code, failureIn(bad).metadata]).toEqual([2, { field: "token" }]);
  });
});

describe("what cannot be", () => {
  it.each([
    ["an empty key", ["put", "", "v"], "the key is empty"],
    ["a key beyond the limit", ["put", "k".repeat(5_000), "v"], "the limit is 4096"],
    ["a bucket that is no name", ["get", "k", "--bucket", "a b"], 'bucket "a b" is no name'],
    ["r above n", ["get", "k", "--consistency", "2"], "needs 2 replicas, and the key has 1"],
    ["w above n", ["put", "k", "v", "--consistency", "THREE"], "needs 3 replicas, and the key has 1"],
    ["an unknown region", ["get", "k", "--region", "mars"], 'no region "mars"'],
    ["an endpoint that is none", ["get", "k", "--endpoint", "nowhere"], "is not host:port"],
    ["a context that is none", ["put", "k", "v", "--context", "AAAA"], "context"],
  ])("%s is refused with exit code 2", async (_what, args, problem) => {
    const outcome = await run(...args, "--json");
    expect([outcome.code, failureIn(outcome).code]).toEqual([2, "INVALID_ARGUMENT"]);
    expect(failureIn(outcome).message).toContain(problem);
    expect(outcome.stderr).toContain(problem);
    expect(outcome.stderr).not.toMatch(/^\s+at /m);
  });

  it("a value beyond the limits of value or message is refused with exit code 2", async () => {
    for (const size of [2 ** 20 + 1, 5 * 2 ** 20]) {
      const outcome = await node.run(["put", "big", "--file", "-"], { stdin: new Uint8Array(size) });
      expect([outcome.code, outcome.stdout]).toEqual([2, ""]);
      expect(outcome.stderr).toMatch(/the limit is 1048576|larger than the server takes/);
    }
    expect((await run("get", "big")).code).toBe(3);
  });
});

describe("a node that is not there", () => {
  it("is exit code 4, with what to do", async () => {
    const outcome = await atoll(["get", "k", "--endpoint", "127.0.0.1:1", "--timeout", "3000", "--json"]);
    expect([outcome.code, failureIn(outcome).code]).toEqual([4, "UNAVAILABLE"]);
    expect(outcome.stderr).toContain("127.0.0.1:1");
    expect(outcome.stderr).toContain("`atoll start` runs one");
  });

  it("is exit code 4 when it takes connections and says nothing", async () => {
    const silent = createServer();
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const { port } = z.object({ port: z.number() }).parse(silent.address());
    try {
      const outcome = await atoll(["get", "k", "--endpoint", `127.0.0.1:${port}`, "--timeout", "500"]);
      expect([outcome.code, outcome.stdout]).toEqual([4, ""]);
    } finally {
      silent.close();
    }
  });

  it("does not matter when another endpoint answers", async () => {
    await run("put", "two-endpoints", "v");
    const outcome = await atoll(["get", "two-endpoints", "--endpoint", `127.0.0.1:1,${node.endpoint}`]);
    expect(outcome).toEqual({ code: 0, stdout: "v\n", stderr: "" });
  });
});
