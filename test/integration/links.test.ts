import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { UNSHAPED } from "../../cluster/regions.js";
import { A_TO_B, B_TO_A, LinkedPair, pause, Received, until } from "./links-fixture.js";

let pair: LinkedPair;
afterEach(() => pair.close());

const SLOW = { delayMs: 30, jitterFraction: 0.2, bitsPerSecond: Number.POSITIVE_INFINITY };

describe("bytes", () => {
  it("arrive whole and in order both ways, however they are cut up", async () => {
    pair = await LinkedPair.create({ delayMs: 3, jitterFraction: 1, bitsPerSecond: 400_000_000 });
    const sizes = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (there, back) => {
        const { a, b } = await pair.open();
        const atA = new Received(a);
        const atB = new Received(b);
        const sentByA = there.map((size) => randomBytes(size));
        const sentByB = back.map((size) => randomBytes(size));
        for (const chunk of sentByA) a.write(chunk);
        a.end();
        for (const chunk of sentByB) b.write(chunk);
        b.end();
        await until(() => atA.ended && atB.ended);
        expect(atB.all().equals(Buffer.concat(sentByA))).toBe(true);
        expect(atA.all().equals(Buffer.concat(sentByB))).toBe(true);
        await until(() => atA.closed && atB.closed);
        expect(atA.failed || atB.failed).toBe(false);
      }),
      { numRuns: 15 },
    );
  });

  it("survive thousands of small writes", async () => {
    pair = await LinkedPair.create({ delayMs: 1, jitterFraction: 1, bitsPerSecond: 100_000_000 });
    const { a, b } = await pair.open();
    const atB = new Received(b);
    let sent = "";
    for (let i = 0; i < 5000; i += 1) {
      a.write(`${i} `);
      sent += `${i} `;
      if (i % 50 === 0) await new Promise(setImmediate);
    }
    await until(() => atB.bytes === sent.length);
    expect(atB.all().toString()).toBe(sent);
  });

  it("go on in the other direction after one was ended", async () => {
    pair = await LinkedPair.create();
    const { a, b } = await pair.open();
    const atA = new Received(a);
    a.end("question");
    const atB = new Received(b);
    await until(() => atB.ended);
    b.end("answer");
    await until(() => atA.ended);
    expect(atA.all().toString()).toBe("answer");
  });
});

describe("delay", () => {
  it("is never shorter than the link's, and a connection costs a round trip to open", async () => {
    pair = await LinkedPair.create(SLOW);
    const start = performance.now();
    const { a, b } = await pair.open();
    expect(performance.now() - start).toBeGreaterThanOrEqual(60);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      for (let i = 0; i < 3; i += 1) {
        const sentMs = performance.now();
        from.write("x");
        await once(to, "data");
        const tookMs = performance.now() - sentMs;
        expect(tookMs).toBeGreaterThanOrEqual(30);
      }
    }
  });

  it("holds back the end of a stream and a reset too", async () => {
    pair = await LinkedPair.create(SLOW);
    const { a, b } = await pair.open();
    const atB = new Received(b);
    const start = performance.now();
    a.resetAndDestroy();
    await until(() => atB.closed);
    expect(performance.now() - start).toBeGreaterThanOrEqual(30);
    expect(atB.failed).toBe(true);
  });

  it("leaves the bandwidth alone: many bytes are on their way at once", async () => {
    pair = await LinkedPair.create({ ...UNSHAPED, delayMs: 200, bitsPerSecond: 200_000_000 });
    const { a, b } = await pair.open();
    const atB = new Received(b);
    const bytes = 4_000_000;
    const start = performance.now();
    a.write(Buffer.alloc(bytes));
    await until(() => atB.bytes === bytes);
    const tookMs = performance.now() - start;
    expect(tookMs).toBeGreaterThanOrEqual(360);
    // One read of 64 KiB after the other would take 12 seconds.
    expect(tookMs).toBeLessThan(6_000);
  });
});

describe("bandwidth", () => {
  it("is shared by all connections of the path", async () => {
    pair = await LinkedPair.create({ ...UNSHAPED, bitsPerSecond: 16_000_000 });
    const one = await pair.open();
    const two = await pair.open();
    const atOne = new Received(one.b);
    const atTwo = new Received(two.b);
    const start = performance.now();
    one.a.write(Buffer.alloc(300_000));
    two.a.write(Buffer.alloc(300_000));
    await until(() => atOne.bytes + atTwo.bytes === 600_000);
    const tookMs = performance.now() - start;
    expect(tookMs).toBeGreaterThanOrEqual(299);
  });

  it("is a direction's own", async () => {
    // What a has to send takes ten seconds, which nobody waits for.
    pair = await LinkedPair.create({ ...UNSHAPED, bitsPerSecond: 800_000 });
    const { a, b } = await pair.open();
    const atA = new Received(a);
    const atB = new Received(b);
    a.write(Buffer.alloc(1_000_000));
    b.write("small");
    await until(() => atA.bytes === 5);
    expect(atB.bytes).toBeLessThan(1_000_000);
  });
});

describe("a cut", () => {
  it("stalls its direction only, and healing resumes it with nothing lost", async () => {
    pair = await LinkedPair.create({ ...UNSHAPED, delayMs: 5 });
    const { a, b } = await pair.open();
    const atA = new Received(a);
    const atB = new Received(b);
    pair.network.cut([A_TO_B]);
    expect(pair.network.cuts()).toEqual([A_TO_B]);
    a.write("held ");
    b.write("free");
    await until(() => atA.bytes === 4);
    await pause(50);
    expect(atB.bytes).toBe(0);
    pair.network.heal([A_TO_B]);
    a.write("and more");
    await until(() => atB.bytes === 13);
    expect(atB.all().toString()).toBe("held and more");
    expect(pair.network.cuts()).toEqual([]);
  });

  it.each([A_TO_B, B_TO_A])(
    "%o stalls that direction of all connections, whoever dialled them",
    async (cut) => {
      pair = await LinkedPair.create();
      const [there, back] = [await pair.open(), await pair.openBack()];
      const stalled = [there, back].map((ends) => new Received(cut.to === "b" ? ends.b : ends.a));
      const free = [there, back].map((ends) => new Received(cut.to === "b" ? ends.a : ends.b));
      pair.network.cut([cut]);
      for (const { a, b } of [there, back]) {
        a.write("from a");
        b.write("from b");
      }
      await until(() => free.every(({ bytes }) => bytes === 6));
      await pause(50);
      expect(stalled.map(({ bytes }) => bytes)).toEqual([0, 0]);
      pair.network.heal([cut]);
      await until(() => stalled.every(({ bytes }) => bytes === 6));
    },
  );

  it("stops bytes that were on their way, and gives them the whole way to go after", async () => {
    pair = await LinkedPair.create({ ...UNSHAPED, delayMs: 400 });
    const { a, b } = await pair.open();
    const atB = new Received(b);
    a.write("x");
    await pause(20);
    pair.network.cut([A_TO_B]);
    await pause(600);
    expect(atB.bytes).toBe(0);
    const healedMs = performance.now();
    pair.network.healAll();
    await until(() => atB.bytes === 1);
    expect(performance.now() - healedMs).toBeGreaterThanOrEqual(400);
  });

  it("makes the sender wait instead of taking all it has", async () => {
    pair = await LinkedPair.create();
    const { a, b } = await pair.open();
    const atB = new Received(b);
    pair.network.cut([A_TO_B]);
    const total = 32_000_000;
    a.write(randomBytes(total));
    await pause(100);
    expect(a.writableLength).toBeGreaterThan(total / 2);
    pair.network.healAll();
    await until(() => atB.bytes === total);
  });

  it("leaves a new connection without any answer, until it is healed", async () => {
    pair = await LinkedPair.create();
    for (const cut of [A_TO_B, B_TO_A]) {
      const before = pair.accepted.length;
      pair.network.cut([cut]);
      const a = await pair.dial();
      const atA = new Received(a);
      a.write("hello");
      await pause(50);
      expect(pair.accepted.length).toBe(before);
      expect(atA.closed || atA.ended).toBe(false);
      pair.network.healAll();
      await until(() => pair.accepted.length === before + 1);
      const b = pair.accepted[before];
      if (b === undefined) throw new Error("not accepted");
      const atB = new Received(b);
      await until(() => atB.bytes === 5);
    }
  });

  it("forgets a dialler that gave up before it came through", async () => {
    pair = await LinkedPair.create();
    pair.network.cut([A_TO_B]);
    const gaveUp = await pair.dial();
    gaveUp.write("never");
    gaveUp.destroy();
    const stayed = await pair.dial();
    stayed.write("still here");
    await pause(30);
    pair.network.healAll();
    await until(() => pair.accepted.length > 0);
    await pause(30);
    expect(pair.accepted.length).toBe(1);
    const [b] = pair.accepted;
    if (b === undefined) throw new Error("not accepted");
    const atB = new Received(b);
    await until(() => atB.all().toString() === "still here");
  });

  it("hides that the other side closed, until it is healed", async () => {
    pair = await LinkedPair.create();
    const { a, b } = await pair.open();
    const atA = new Received(a);
    pair.network.cut([A_TO_B, B_TO_A]);
    b.resetAndDestroy();
    await pause(50);
    expect(atA.closed || atA.ended).toBe(false);
    pair.network.healAll();
    await until(() => atA.closed);
    expect(atA.failed).toBe(true);
  });

  it("refuses nodes it does not know, and cuts nothing then", async () => {
    pair = await LinkedPair.create();
    expect(() => pair.network.cut([A_TO_B, { from: "a", to: "z" }])).toThrow('there is no node "z"');
    expect(() => pair.network.cut([{ from: "a", to: "a" }])).toThrow("no link from a to a");
    expect(pair.network.cuts()).toEqual([]);
  });
});

describe("backpressure", () => {
  it("of a receiver that does not read reaches the sender", async () => {
    pair = await LinkedPair.create();
    const { a, b } = await pair.open();
    b.pause();
    const total = 32_000_000;
    a.write(randomBytes(total));
    await pause(100);
    expect(a.writableLength).toBeGreaterThan(total / 2);
    const atB = new Received(b);
    b.resume();
    await until(() => atB.bytes === total);
  });
});

describe("a target that is not there", () => {
  it("resets the dialler", async () => {
    pair = await LinkedPair.create();
    await new Promise((done) => pair.server.close(done));
    const a = await pair.dial();
    const atA = new Received(a);
    await until(() => atA.closed);
    expect(atA.failed).toBe(true);
  });
});
