/**
 * Who is in the room, on a board that is kept current by `watch`. Everybody who is there writes a heartbeat that lasts for a
 * while; who leaves deletes it, and of who just disappears the last one ends by itself. The board reads no clock.
 */
import assert from "node:assert/strict";
import { type AtollClient, connect, type Register } from "atolldb";
import type { LocalCluster } from "../cluster/index.js";
import { eventually, fresh, twoRegions } from "./eventually.js";

const HEARTBEAT_MS = 250;
const GONE_AFTER_MS = 2_500;

interface Heartbeat {
  readonly doing: string;
  readonly beat: number;
}

/** Of one user in one room. A `{tag}` keeps a room in one partition, which makes its watch a small one. */
class Presence {
  readonly #beats: Register<Heartbeat>;
  readonly #key: string;
  #timer: NodeJS.Timeout | undefined;
  #beat = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(db: AtollClient, room: string, user: string) {
    this.#beats = db.register<Heartbeat>("presence");
    this.#key = `{${room}}:${user}`;
  }

  async enter(doing: string): Promise<void> {
    const beat = () => this.#beats.put(this.#key, { doing, beat: this.#beat++ }, { ttlMs: GONE_AFTER_MS });
    await beat();
    this.#timer = setInterval(() => {
      // One that fails is made up for by the next.
      this.#last = beat().catch(() => undefined);
    }, HEARTBEAT_MS);
  }

  /** Without a word, as a process that died. */
  async disappear(): Promise<void> {
    clearInterval(this.#timer);
    await this.#last;
  }

  async leave(): Promise<void> {
    await this.disappear();
    await this.#beats.delete(this.#key);
  }
}

class Board implements AsyncDisposable {
  readonly #present = new Set<string>();
  readonly #watch;
  readonly #following: Promise<void>;

  constructor(db: AtollClient, room: string) {
    const prefix = `{${room}}:`;
    this.#watch = db.register<Heartbeat>("presence").watch({ prefix, withExisting: true });
    this.#following = this.#follow(prefix.length);
  }

  /** In order. */
  present(): string[] {
    return [...this.#present].sort();
  }

  async #follow(prefixLength: number): Promise<void> {
    for await (const { key, kind } of this.#watch) {
      const user = key.slice(prefixLength);
      if (kind === "put") this.#present.add(user);
      else this.#present.delete(user);
    }
  }

  /** Ends the watch; rejects if it had failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch.return();
    await this.#following;
  }
}

export async function presenceBoard(cluster: LocalCluster): Promise<void> {
  const [home, away] = twoRegions(cluster.regions);
  await using here = await connect({ endpoints: cluster.endpoints(), region: home });
  await using there = await connect({ endpoints: cluster.endpoints(), region: away });
  const room = fresh("room");
  const people = {
    ada: new Presence(here, room, "ada"),
    bob: new Presence(there, room, "bob"),
    cy: new Presence(there, room, "cy"),
  };
  const shows = (...names: string[]) => eventually(() => assert.deepEqual(board.present(), names));

  await people.ada.enter("reads");
  await using board = new Board(there, room);
  try {
    await shows("ada");
    console.log(`the board in ${away} shows who was there before it, in ${home}: ${board.present()}`);
    await Promise.all([people.bob.enter("types"), people.cy.enter("listens")]);
    await shows("ada", "bob", "cy");
    console.log(`two more came in ${away}: ${board.present()}`);
    await people.bob.leave();
    await shows("ada", "cy");
    console.log(`bob left: ${board.present()}`);
    await people.cy.disappear();
    await shows("ada");
    console.log(`cy is not heard of any more: ${board.present()}`);
  } finally {
    await Promise.all(Object.values(people).map((person) => person.disappear()));
  }
}
