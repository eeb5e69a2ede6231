import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Endpoint, LinksControl, serveControl } from "../../cluster/links/index.js";
import { requestLoopback } from "../../cluster/loopback-http.js";
import { A_TO_B, B_TO_A, LinkedPair } from "./links-fixture.js";

let pair: LinkedPair;
let address: Endpoint;
let close: () => Promise<void>;

beforeEach(async () => {
  pair = await LinkedPair.create();
  address = { host: "127.0.0.1", port: await freePort() };
  close = await serveControl(pair.network, address);
});
afterEach(async () => {
  await close();
  await pair.close();
});

describe("the control port", () => {
  it("cuts, heals and lists", async () => {
    const control = new LinksControl(address);
    expect(await control.cuts()).toEqual([]);
    expect(await control.cut([A_TO_B, B_TO_A])).toEqual([A_TO_B, B_TO_A]);
    expect(await control.heal([A_TO_B])).toEqual([B_TO_A]);
    expect(await control.heal()).toEqual([]);
    expect(await control.cut([A_TO_B])).toEqual([A_TO_B]);
    expect(await control.cuts()).toEqual(pair.network.cuts());
  });

  it("refuses nodes that it does not know", async () => {
    const control = new LinksControl(address);
    await expect(control.cut([{ from: "a", to: "z" }])).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: 'the links process: there is no node "z"',
    });
  });

  it.each([
    ["no JSON", "/cut", "{", 400, "not JSON"],
    ["nothing to cut", "/cut", "{}", 400, "say which links"],
    ["another shape", "/heal", '{"directions":[{"from":1}]}', 400, "expected string"],
    ["too much", "/heal", `"${"x".repeat(1100_000)}"`, 400, "at most"],
    ["another path", "/explode", "{}", 404, "GET /cuts"],
  ])("answers what was wrong: %s", async (_name, path, body, status, message) => {
    const reply = await requestLoopback({ ...address, method: "POST", path, body, timeoutMs: 2000 });
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body).error).toContain(message);
    expect(await new LinksControl(address).cuts()).toEqual([]);
  });

  it("takes nothing that a web page could send without asking", async () => {
    await new LinksControl(address).cut([A_TO_B]);
    const reply = await requestLoopback({ ...address, method: "POST", path: "/heal", timeoutMs: 2000 });
    expect(reply.status).toBe(400);
    expect(pair.network.cuts()).toEqual([A_TO_B]);
  });

  it("is said to be away when it is", async () => {
    const nobody = new LinksControl({ host: "127.0.0.1", port: await freePort() });
    await expect(nobody.cuts()).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const found = server.address();
  await new Promise((done) => server.close(done));
  return found !== null && typeof found === "object" ? found.port : 0;
}
