import { describe, expect, it } from "vitest";
import { actorOf, Context, VersionVector } from "../../../src/causality/index.js";
import { encodeRowKey, type Message, readFrame } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { PeerLink } from "../../../src/replication/peer-link.js";

const KIBIBYTE = 1024;
const ACTOR = actorOf(1, 1);
const ROW_KEY = encodeRowKey(DataType.register, "b", Buffer.from("k"));

/** A page of a catch-up, of about so many bytes. */
function page(session: number, bytes = 256 * KIBIBYTE): Message {
  const clock = new VersionVector();
  const payload = {
    hlc: 1n,
    isTombstone: false,
    encoding: 0,
    expiresAtMs: 0,
    data: Buffer.alloc(bytes),
  } as const;
  const rows = [{ rowKey: ROW_KEY, live: [{ actor: ACTOR, counter: 1, payload }], ahead: new Context() }];
  const body = {
    kind: "log",
    target: clock,
    clock,
    entries: [],
    rows,
    position: clock,
    isLast: true,
  } as const;
  return { type: "catch-up-page", partition: 0, session, hlc: 1n, body };
}

function live(id: number, bytes = 1_000): Message {
  return { type: "forward-request", id, body: Buffer.alloc(bytes) };
}

/** A wire that carries so many bytes a millisecond, in order, and a receiver that takes whatever comes. */
class SlowWire {
  readonly arrivals: { readonly message: Message; readonly atMs: number }[] = [];
  readonly link: PeerLink;
  readonly #receiver: PeerLink;
  readonly #bytesPerMs: number;
  #frames: { readonly frame: Buffer; readonly atMs: number }[] = [];
  #freeAtMs = 0;
  nowMs = 0;

  constructor(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
    this.link = new PeerLink((frame) => {
      this.#freeAtMs = Math.max(this.#freeAtMs, this.nowMs) + frame.length / this.#bytesPerMs;
      this.#frames.push({ frame, atMs: this.#freeAtMs });
    });
    this.#receiver = new PeerLink((frame) =>
      readFrame(frame, (message) => {
        if (message.type === "credit") this.link.addCredit(message.bytes);
      }),
    );
    for (const link of [this.link, this.#receiver]) link.up();
  }

  /** One millisecond of it. */
  tick(): void {
    this.nowMs++;
    while (this.#frames[0] !== undefined && this.#frames[0].atMs <= this.nowMs) {
      const { frame } = this.#frames[0];
      this.#frames.shift();
      readFrame(frame, (message) => this.arrivals.push({ message, atMs: this.nowMs }));
      this.#receiver.taken(frame.length);
    }
    this.link.flush();
  }
}

/** The longest that one of 1,000 live messages, one a millisecond, was on its way beside so many pages. */
function worstDelayMs(pages: number): { worstMs: number; pagesArrived: number; lastMs: number } {
  const wire = new SlowWire(10_000);
  for (let session = 0; session < pages; session++) wire.link.send(page(session));
  for (let id = 0; id < 1_000; id++) {
    wire.link.send(live(id, 2_000));
    wire.tick();
  }
  for (let ms = 0; ms < 3_000; ms++) wire.tick();
  const delays = wire.arrivals.flatMap(({ message, atMs }) =>
    message.type === "forward-request" ? [atMs - message.id] : [],
  );
  expect(delays).toHaveLength(1_000);
  const arrived = wire.arrivals.filter(({ message }) => message.type === "catch-up-page");
  return {
    worstMs: Math.max(...delays),
    pagesArrived: arrived.length,
    lastMs: arrived.at(-1)?.atMs ?? 0,
  };
}

describe("the lanes of a link", () => {
  it("let live messages wait for little more than a page, however many pages there are", () => {
    const quiet = worstDelayMs(0).worstMs;
    const busy = worstDelayMs(32);
    // One page is 27 ms of this wire, and two may be under way; 32 are almost a second.
    expect(busy.worstMs).toBeLessThan(quiet + 80);
    expect(busy.pagesArrived).toBe(32);
  });

  it("give the pages what live messages leave", () => {
    // 8 MB at 10 MB a second, a fifth of which is taken.
    expect(worstDelayMs(32).lastMs).toBeLessThan(1_500);
  });

  it("send pages in the order in which they were built", () => {
    const wire = new SlowWire(10_000);
    for (let session = 0; session < 10; session++) wire.link.send(page(session, 10_000));
    for (let ms = 0; ms < 100; ms++) wire.tick();
    const sessions = wire.arrivals.map(({ message }) =>
      message.type === "catch-up-page" ? message.session : -1,
    );
    expect(sessions).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("never wait for each other: pages go on though the link is full of them, and live messages with them", () => {
    const wire = new SlowWire(100_000);
    for (let session = 0; session < 40; session++) wire.link.send(page(session));
    for (let id = 0; id < 40; id++) wire.link.send(live(id, 60_000));
    for (let ms = 0; ms < 1_000; ms++) wire.tick();
    expect(wire.arrivals).toHaveLength(80);
    expect(wire.link.queuedBytes).toBe(0);
  });

  it("bound what waits in each, apart from the other", () => {
    const link = new PeerLink(() => undefined);
    link.up();
    let pages = 0;
    while (link.send(page(pages))) pages++;
    expect(link.fill.size).toBeLessThan(17 * KIBIBYTE * KIBIBYTE);
    expect(link.send(live(1))).toBe(true);
    while (link.send(live(2, 100_000)));
    expect(link.fill.size).toBeLessThanOrEqual(link.fill.max ?? 0);
    link.down();
    expect(link.queuedBytes).toBe(0);
  });
});
