import { beforeEach, describe, expect, it } from "vitest";
import { type Message, readFrame } from "../../../src/codec/index.js";
import { PeerLink } from "../../../src/replication/peer-link.js";

const MEBIBYTE = 1024 * 1024;
const HEARTBEAT: Message = {
  type: "heartbeat",
  sentMs: 1,
  echoMs: 0,
  echoDelayMs: 0,
  wallMs: 0,
  hlc: 0n,
  isHeard: true,
};

/** A message of about so many bytes. */
function ofBytes(bytes: number, id = 1): Message {
  return { type: "forward-request", id, body: Buffer.alloc(bytes) };
}

describe("the link to one peer", () => {
  let sent: Buffer[] = [];
  let link: PeerLink;
  const sentBytes = (): number => sent.reduce((sum, frame) => sum + frame.length, 0);
  const messages = (): Message[] => {
    const all: Message[] = [];
    for (const frame of sent) readFrame(frame, (message) => all.push(message));
    return all;
  };

  beforeEach(() => {
    sent = [];
    link = new PeerLink((frame) => sent.push(frame));
    link.up();
  });

  it("sends what one turn produced as one frame, at its end, in order", () => {
    for (let id = 1; id <= 100; id++) expect(link.send(ofBytes(10, id))).toBe(true);
    expect(sent).toHaveLength(0);
    link.flush();
    expect(sent).toHaveLength(1);
    const ids = messages().map((message) => (message.type === "forward-request" ? message.id : 0));
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    link.flush();
    expect(sent).toHaveLength(1);
  });

  it("closes a frame when it has enough, so that nothing waits behind a long one", () => {
    for (let i = 0; i < 100; i++) link.send(ofBytes(10_000));
    link.flush();
    expect(sent.length).toBeGreaterThan(10);
    for (const frame of sent) expect(frame.length).toBeLessThan(64 * 1024 + 11_000);
  });

  it("sends no more than it has credit for, and goes on when it gets more", () => {
    for (let i = 0; i < 100; i++) link.send(ofBytes(100_000));
    link.flush();
    const window = sentBytes();
    expect(window).toBeGreaterThan(3.9 * MEBIBYTE);
    expect(window).toBeLessThan(4.2 * MEBIBYTE);
    link.flush();
    expect(sentBytes()).toBe(window);
    link.addCredit(MEBIBYTE);
    link.flush();
    expect(sentBytes()).toBeGreaterThan(window);
    expect(sentBytes()).toBeLessThan(window + 1.2 * MEBIBYTE);
    for (let i = 0; i < 20; i++) {
      link.addCredit(MEBIBYTE);
      link.flush();
    }
    expect(messages()).toHaveLength(100);
    expect(link.queuedBytes).toBe(0);
  });

  it("takes no more credit than the window, however much a peer hands out", () => {
    link.addCredit(1_000 * MEBIBYTE);
    for (let i = 0; i < 100; i++) link.send(ofBytes(100_000));
    link.flush();
    expect(sentBytes()).toBeLessThan(4.2 * MEBIBYTE);
  });

  it("drops what is beyond its bound, and says so", () => {
    let accepted = 0;
    while (link.send(ofBytes(100_000))) accepted++;
    expect(link.queuedBytes).toBeLessThan(16 * MEBIBYTE + 200_000);
    link.flush();
    expect(link.send(ofBytes(10))).toBe(true);
    for (let i = 0; i < 30; i++) {
      link.addCredit(MEBIBYTE);
      link.flush();
    }
    expect(messages()).toHaveLength(accepted + 1);
  });

  it("lets heartbeats pass a full queue without credit, and ahead of what waits", () => {
    while (link.send(ofBytes(100_000)));
    link.flush();
    const before = sent.length;
    link.sendUrgent(HEARTBEAT);
    expect(sent).toHaveLength(before + 1);
    expect(messages().at(-1)).toEqual(HEARTBEAT);
  });

  it("hands out credit for what it took, in steps", () => {
    link.taken(200_000);
    expect(sent).toHaveLength(0);
    link.taken(300_000);
    expect(messages()).toEqual([{ type: "credit", bytes: 500_000 }]);
    link.taken(1_000);
    expect(sent).toHaveLength(1);
  });

  it("forgets all that was queued when it goes down, and begins with a full window when it is up again", () => {
    while (link.send(ofBytes(100_000)));
    link.flush();
    link.taken(200_000);
    link.down();
    expect(link.queuedBytes).toBe(0);
    expect(link.send(ofBytes(10))).toBe(false);
    sent = [];
    link.sendUrgent(HEARTBEAT);
    link.flush();
    expect(sent).toHaveLength(0);
    link.up();
    link.taken(200_000);
    expect(sent).toHaveLength(0);
    for (let i = 0; i < 30; i++) link.send(ofBytes(100_000));
    link.flush();
    expect(messages()).toHaveLength(30);
  });
});
