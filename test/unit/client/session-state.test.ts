import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import { SessionState } from "../../../src/client/session-state.js";
import { decodeSession, encodeSession } from "../../../src/codec/index.js";
import type { kv } from "../../../src/wire/index.js";

/** Partition to member to counter. */
type Seen = Readonly<Record<number, Readonly<Record<number, number>>>>;

function tokenOf(seen: Seen): Buffer {
  const vectors = Object.entries(seen).map(
    ([partition, dots]) =>
      [
        Number(partition),
        VersionVector.from(
          Object.entries(dots).map(([member, counter]) => [actorOf(Number(member), 1), counter]),
        ),
      ] as const,
  );
  return encodeSession(new Map(vectors), 7);
}

function headerOf(seen: Seen): kv.ReplyHeader__Output {
  return { clusterId: "c", nodeId: "n", region: "r", layoutVersion: "1", sessionToken: tokenOf(seen) };
}

const LEFT_OUT = -1;

const textOf = (seen: Seen): string => tokenOf(seen).toString("base64url");

describe("what a session has seen", () => {
  it("begins with nothing, and is what the last answer says", () => {
    const state = new SessionState(undefined);
    expect(Buffer.from(state.text, "base64url")).toEqual(Buffer.from([1, 0, 0]));
    state.begin().saw(headerOf({ 3: { 1: 5 } }), false);
    expect(state.text).toBe(textOf({ 3: { 1: 5 } }));
    expect(new SessionState(state.text).begin().token).toEqual(tokenOf({ 3: { 1: 5 } }));
  });

  it("is what all calls saw that were under way at once, in any order", () => {
    const state = new SessionState(textOf({ 1: { 1: 1 }, 2: { 1: 1 }, 9: { 4: 4 } }));
    const calls = [state.begin(), state.begin(), state.begin()];
    calls[0]?.saw(headerOf({ 1: { 1: 7 }, 2: { 1: 1 }, 9: { 4: 4 } }), true);
    calls[1]?.saw(headerOf({ 1: { 1: 3, 2: 8 }, 2: { 1: 1 }, 9: { 4: 4 } }), true);
    calls[2]?.saw(headerOf({ 1: { 1: 1 }, 2: { 1: 2 }, 9: { 4: 4 } }), false);
    expect(state.text).toBe(textOf({ 1: { 1: 7, 2: 8 }, 2: { 1: 2 }, 9: { 4: 4 } }));
  });

  it("does not grow for ever: what the server left out stays out, also beside other calls", () => {
    const state = new SessionState(textOf({ 1: { 1: 1 }, 2: { 1: 1 } }));
    const [one, other] = [state.begin(), state.begin()];
    one.saw(headerOf({ 2: { 1: 1 } }), false);
    other.saw(headerOf({ 1: { 1: 1 }, 2: { 1: 2 } }), true);
    expect(state.text).toBe(textOf({ 2: { 1: 2 } }));
  });

  it("covers all that any answer saw anew, and of what was known all that no answer left out", () => {
    const [partitions, members] = [
      [1, 2],
      [1, 2, 3],
    ];
    const cell = fc.record({ known: fc.nat(3), answers: fc.array(fc.integer({ min: LEFT_OUT, max: 3 })) });
    const cells = partitions.flatMap((partition) => members.map((member) => ({ partition, member })));
    fc.assert(
      fc.property(fc.tuple(...cells.map(() => cell)), fc.integer({ min: 1, max: 4 }), (drawn, calls) => {
        /** What a token says of each cell, 0 for nothing: a server raises it, or leaves it out as known to everybody. */
        const said = (call: number) =>
          drawn.map(({ known, answers }) => {
            const raise = answers[call] ?? 0;
            return raise === LEFT_OUT ? 0 : known + raise;
          });
        const seenOf = (counters: readonly number[]): Seen =>
          Object.fromEntries(
            partitions.map((partition) => [
              partition,
              Object.fromEntries(
                cells.flatMap((at, index) =>
                  at.partition === partition && counters[index] ? [[at.member, counters[index]]] : [],
                ),
              ),
            ]),
          );
        const state = new SessionState(textOf(seenOf(drawn.map(({ known }) => known))));
        const begun = Array.from({ length: calls }, () => state.begin());
        begun.forEach((call, index) => {
          call.saw(headerOf(seenOf(said(index))), false);
        });
        const held = decodeSession(Buffer.from(state.text, "base64url"));
        drawn.forEach(({ known }, index) => {
          const { member, partition } = cells[index] ?? { member: 0, partition: 0 };
          const told = begun.map((_, call) => said(call)[index] ?? 0);
          const needed = Math.max(told.includes(0) ? 0 : known, ...told.filter((counter) => counter > known));
          const counter = held.get(partition)?.get(actorOf(member, 1)) ?? 0;
          expect(counter).toBeGreaterThanOrEqual(needed);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(["", "AQ", "not a token!", "AgAA", `${textOf({})}=`, "A".repeat(100_000)])(
    "is not to be had from %.20s",
    (text) => {
      expect(() => new SessionState(text)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT", metadata: { field: "token" } }),
      );
    },
  );

  it("is not lost silently when an answer has no token that can be read", () => {
    const call = new SessionState(undefined).begin();
    expect(() => call.saw(null, true)).toThrow(
      expect.objectContaining({ code: "INTERNAL", maybeApplied: true }),
    );
  });
});
