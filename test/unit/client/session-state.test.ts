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
  return encodeSession(new Map(vectors));
}

function headerOf(seen: Seen): kv.ReplyHeader__Output {
  return { clusterId: "c", nodeId: "n", region: "r", layoutVersion: "1", sessionToken: tokenOf(seen) };
}

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

  it("covers every dot that an answer named and no later one left out", () => {
    const dots = fc.dictionary(fc.constantFrom("1", "2"), fc.integer({ min: 1, max: 9 }));
    const seen = fc.dictionary(fc.constantFrom("1", "2", "3"), dots);
    fc.assert(
      fc.property(seen, fc.array(seen, { minLength: 1, maxLength: 4 }), (before, answers) => {
        const state = new SessionState(textOf(before));
        const base = decodeSession(tokenOf(before));
        const calls = answers.map(() => state.begin());
        answers.forEach((answer, at) => {
          // A server only adds to what it was sent, but for whole dots that everybody holds.
          calls[at]?.saw(headerOf({ ...before, ...answer }), false);
        });
        const held = decodeSession(Buffer.from(state.text, "base64url"));
        for (const answer of answers)
          for (const [partition, said] of decodeSession(tokenOf(answer))) {
            const isNews = !said.equals(base.get(partition) ?? new VersionVector());
            if (isNews) expect((held.get(partition) ?? new VersionVector()).includes(said)).toBe(true);
          }
      }),
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
