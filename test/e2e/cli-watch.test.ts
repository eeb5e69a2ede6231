/** `atoll watch` against a real node. */
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type AtollClient, connect, counter } from "../../src/client/index.js";
import { collect, failureIn, SingleNode, spawnAtoll } from "./cli-fixture.js";
import { until } from "./support/polling.js";

const Line = z.looseObject({});

let node: SingleNode;
let db: AtollClient;
beforeAll(async () => {
  node = await SingleNode.start();
  db = await connect({ endpoints: [node.endpoint], timeoutMs: 20_000 });
});
afterAll(async () => {
  await db?.close();
  await node?.stop();
});

/** A watch under way, and what it has printed. */
function begin(...args: string[]) {
  const child = spawnAtoll(["watch", ...args], { env: { ATOLL_ENDPOINT: node.endpoint } });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code ?? signal,
    stdout: stdout(),
    stderr: stderr(),
  }));
  return { child, stdout, ended };
}

/** Waits for what a watch has printed, since nothing else says that it has begun: writes until it shows. */
async function begun(watch: ReturnType<typeof begin>, write: () => Promise<unknown>): Promise<void> {
  await until("the watch shows something", async () => {
    await write();
    return watch.stdout() === "" ? "nothing yet" : undefined;
  });
}

describe("a watch", () => {
  it("prints changes as they come, until it is interrupted, and then its token", async () => {
    const users = db.register("users");
    const watch = begin("register", "users", "--prefix", "u");
    await begun(watch, () => users.put("u0", "zero"));
    await users.put("u1", { name: "Ada" });
    await users.put("v1", "is not watched");
    await users.delete("u1");
    await until("the delete shows", async () =>
      watch.stdout().includes("deleted\tu1\n") ? undefined : "not yet",
    );
    watch.child.kill("SIGINT");
    const { code, stderr, stdout } = await watch.ended;
    expect(code).toBe(0);
    expect(stdout).not.toContain("v1");
    expect(new Set(stdout.split("\n"))).toContain("put\tu0\tzero");
    const [, token = ""] = /^token: (\S+)\n$/.exec(stderr) ?? [];
    await users.put("u2", "two");
    const again = await node.run([
      "watch",
      "register",
      "users",
      "--prefix",
      "u",
      "--since",
      token,
      "--for",
      "2s",
    ]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("put\tu2\ttwo\n");
  });

  it("prints one document a line, the last of them the token", async () => {
    await db.counter("views").add("home", 3);
    await db.map("places", { visits: counter() }).update("p1", (place) => place.visits.add(1));
    await db.set("tags").add("t", "a");
    await db.flag("beta").enable("u1");
    await db.multi("carts").put("c1", "apples");
    const run = async (...args: string[]) => {
      const { code, stdout } = await node.run(["watch", ...args, "--existing", "--limit", "1", "--json"]);
      expect(code).toBe(0);
      return stdout
        .trimEnd()
        .split("\n")
        .map((line) => Line.parse(JSON.parse(line)));
    };
    const common = { kind: "put", initial: true, dots: [] };
    // The token is there once all that exists was shown.
    expect(await run("counter", "views")).toEqual([
      { ...common, key: "home", value: 3, hlc: "0" },
      { token: null },
    ]);
    expect(await run("map", "places")).toMatchObject([
      { ...common, key: "p1", path: ["visits"], type: "counter", value: 1 },
      {},
    ]);
    expect(await run("set", "tags", "--key", "t")).toMatchObject([{ ...common, key: "t", member: "a" }, {}]);
    expect(await run("flag", "beta")).toMatchObject([{ ...common, key: "u1", value: true }, {}]);
    expect(await run("multi", "carts")).toMatchObject([{ ...common, key: "c1", values: ["apples"] }, {}]);
  });

  it("says what is wrong with what it was asked", async () => {
    for (const args of [
      ["nonsense", "b"],
      ["register", "b", "--for", "3 weeks"],
      ["register", "b", "--limit", "0"],
      ["register", "b", "--key", "k", "--prefix", "p"],
      ["register", "b", "--since", "abcd", "--for", "5s"],
    ])
      expect(await node.run(["watch", ...args])).toMatchObject({ code: 2, stdout: "" });
    const refused = await node.run(["watch", "register", "b", "--since", "abcd", "--json"]);
    expect(failureIn(refused)).toMatchObject({ reason: "BAD_REQUEST", metadata: { field: "resume_token" } });
  });
});
