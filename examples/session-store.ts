/**
 * A store for web sessions. The browser's cookie holds the session's id and a token of the store: whichever web server
 * gets the next request, in whatever region, reads what the last one wrote, or an error, but never what was there before.
 * Here the node that took the writes dies between two requests.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type AtollClient, connect } from "atolldb";
import type { LocalCluster } from "../cluster/index.js";
import { eventually, twoRegions } from "./eventually.js";

interface WebSession {
  readonly user: string;
  readonly pages: readonly string[];
}

interface Reply {
  readonly session: WebSession;
  readonly cookie: string;
  /** Of the node that served the read. */
  readonly region: string;
}

class WebServer {
  readonly #db: AtollClient;

  constructor(db: AtollClient) {
    this.#db = db;
  }

  async login(user: string): Promise<Reply> {
    return this.#save(randomUUID(), { user, pages: [] }, this.#db.session());
  }

  async visit(cookie: string, page: string): Promise<Reply> {
    const [id = "", token] = cookie.split("~");
    const view = this.#db.session(token);
    const { found, value } = await view.register<WebSession>("web-sessions").get(id);
    if (!found) throw new Error("not logged in");
    return this.#save(id, { ...value, pages: [...value.pages, page] }, view);
  }

  /** On disk in a majority of all replicas, so that it is there when a node, or a whole region, is not. */
  async #save(id: string, session: WebSession, view: ReturnType<AtollClient["session"]>): Promise<Reply> {
    const sessions = view.register<WebSession>("web-sessions");
    const { region } = await sessions.put(id, session, { consistency: "QUORUM" });
    return { session, region, cookie: `${id}~${view.token}` };
  }
}

export async function sessionStore(cluster: LocalCluster): Promise<void> {
  const [home, away] = twoRegions(cluster.regions);
  await using here = await connect({ endpoints: cluster.endpoints(), region: home });
  await using there = await connect({ endpoints: cluster.endpoints(), region: away });
  const [near, far] = [new WebServer(here), new WebServer(there)];

  const welcome = await near.login("ada");
  const first = await near.visit(welcome.cookie, "/cart");
  assert.deepEqual(first.session.pages, ["/cart"]);
  console.log(`ada logged in, in ${first.region}; her cookie has ${first.cookie.length} characters`);
  assert(first.cookie.length < 4_000, "browsers keep 4 KB");

  const roaming = await far.visit(first.cookie, "/help");
  assert.deepEqual(roaming.session.pages, ["/cart", "/help"]);
  console.log(`her next request came to ${roaming.region}, which had her session: ${roaming.session.pages}`);

  const back = await near.visit(roaming.cookie, "/pay");
  assert.deepEqual(back.session.pages, ["/cart", "/help", "/pay"]);

  const victims = cluster.nodes.filter((node) => node.region === home).map((node) => node.id);
  const [victim = home] = victims;
  await cluster.kill(victim);
  try {
    const after = await near.visit(back.cookie, "/thanks");
    assert.deepEqual(after.session.pages, ["/cart", "/help", "/pay", "/thanks"]);
    console.log(`${victim} died; the same web server was served by ${after.region}: ${after.session.pages}`);
    if (victims.length === 1) assert.notEqual(after.region, home);
    const again = await far.visit(after.cookie, "/bye");
    assert.equal(again.session.pages.length, 5);
  } finally {
    await cluster.start(victim);
  }
  await eventually(async () => assert.equal((await near.login("bob")).region, home));
  console.log(`${victim} is back, and ${home} serves its own again`);
}
