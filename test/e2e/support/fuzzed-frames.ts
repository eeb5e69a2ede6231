/**
 * Frames that are wrong in the ways that bytes go wrong: noise, cut off, with bits flipped, with counts that promise far
 * too much. Those that are still well-formed by accident change no data: none of them holds a mutation that its
 * receiver could take for the next one.
 */
import { actorOf, Context, VersionVector } from "../../../src/causality/index.js";
import { encodeRowKey, type Message } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import type { SeededRandom } from "../../../src/runtime/simulated/index.js";
import { frameOf } from "./rogue-peer.js";

const ACTOR = actorOf(1, 77);
const ROW = encodeRowKey(DataType.register, "fuzz", Buffer.from("k"));
const HUGE_COUNT = Buffer.from("ffffffffffffff0f", "hex");

function samples(): Buffer[] {
  const clock = new VersionVector();
  for (let counter = 1; counter <= 3; counter++) clock.raise(actorOf(2, counter), counter * 1_000);
  const hlc = BigInt(Date.now()) << 16n;
  const data = Buffer.from("value");
  const payload = { hlc, isTombstone: false, encoding: 1, expiresAtMs: 0, data } as const;
  const replaced = [{ actor: ACTOR, counter: 7 }];
  const delta = { partition: 3, actor: ACTOR, counter: 900_000, hlc, rowKey: ROW, payload, replaced };
  const requestId = "00112233445566778899aabbccddeeff";
  const live = [{ actor: ACTOR, counter: 5, payload }];
  const entry = { rowKey: ROW, hlc, following: 0, requestId: undefined };
  const rows = [{ rowKey: ROW, live, ahead: new Context() }];
  const page = { type: "catch-up-page", partition: 3, session: 900_000, hlc } as const;
  const messages: Message[] = [
    { type: "delta", isRelayed: true, delta: { ...delta, requestId, following: 0 } },
    { type: "heartbeat", sentMs: 1, echoMs: 1, echoDelayMs: 1, wallMs: Date.now(), hlc, isHeard: true },
    { type: "credit", bytes: 1_000 },
    { type: "ack", hlc, entries: [{ partition: 3, actor: ACTOR, counter: 4 }] },
    { type: "clock", partition: 3, hlc, clock, isInDoubt: false, view: 1, orphans: undefined },
    {
      type: "catch-up-request",
      partition: 3,
      session: 1,
      target: clock,
      position: clock,
      rows: { after: ROW },
    },
    {
      ...page,
      body: {
        kind: "log",
        target: clock,
        clock,
        entries: [{ ...replacedDot(), entry }],
        rows,
        position: clock,
        isLast: true,
      },
    },
    { ...page, body: { kind: "rows", target: clock, clock, floor: clock, rows, upTo: ROW } },
    { type: "read-request", id: 1, partition: 3, rowKey: ROW, against: { clock, digest: 1n } },
    {
      type: "read-reply",
      id: 1,
      body: { kind: "row", live, ahead: new Context(), clock, isTouchedBeyond: true },
    },
    { type: "read-reply", id: 1, body: { kind: "same", clock } },
    {
      type: "repair-request",
      id: 1,
      partition: 3,
      rowKey: ROW,
      hlc,
      state: { live: [], context: new Context() },
    },
    { type: "repair-reply", id: 1, outcome: "done" },
    { type: "lookup-request", id: 1, partition: 3, requestId },
    { type: "lookup-reply", id: 1, found: { actor: ACTOR, counter: 4, hlc } },
    { type: "forward-request", id: 1, body: data },
    { type: "forward-reply", id: 1, body: data },
  ];
  return messages.map(frameOf);
}

function replacedDot() {
  return { actor: ACTOR, counter: 4 };
}

/** Without end; the same for the same seed, but for the stamps, which are of now. */
export function* fuzzedFrames(random: SeededRandom): Generator<Buffer, never> {
  const real = samples();
  const below = (bound: number) => random.uint32() % bound;
  const damages: readonly ((frame: Buffer) => Buffer)[] = [
    () => Buffer.from(Array.from({ length: below(200) }, () => below(256))),
    ({ length }) => Buffer.from([1, ...Array.from({ length }, () => below(256))]),
    (frame) => frame.subarray(0, below(frame.length)),
    (frame) => {
      const flipped = Buffer.from(frame);
      for (let flips = 1 + below(3); flips > 0; flips--) {
        const at = below(flipped.length);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << below(8));
      }
      return flipped;
    },
    (frame) => {
      const at = 1 + below(frame.length);
      return Buffer.concat([frame.subarray(0, at), HUGE_COUNT, frame.subarray(at)]);
    },
  ];
  for (;;) {
    const damage = damages[below(damages.length)];
    const frame = real[below(real.length)];
    if (damage !== undefined && frame !== undefined) yield damage(frame);
  }
}
