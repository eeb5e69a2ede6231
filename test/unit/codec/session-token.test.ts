import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import {
  CodecError,
  clusterMark,
  clusterOfSession,
  decodeSession,
  encodeSession,
} from "../../../src/codec/index.js";
import { anyActor, anyCounter } from "./arbitraries.js";

fc.configureGlobal({ seed: 3003, numRuns: 300 });

const anyDots = fc
  .array(fc.tuple(anyActor, anyCounter), { minLength: 1, maxLength: 9 })
  .map((entries) => VersionVector.from(entries));
const anySession = fc
  .array(fc.tuple(fc.nat({ max: 0xffff }), anyDots), { maxLength: 10 })
  .map((partitions) => new Map(partitions));

describe("a session's token", () => {
  it("gives back what was seen of each partition", () => {
    fc.assert(
      fc.property(anySession, (session) => {
        const decoded = decodeSession(encodeSession(session, 7));
        expect([...decoded.keys()].sort()).toEqual([...session.keys()].sort());
        for (const [partition, dots] of session)
          expect(decoded.get(partition)?.sorted()).toEqual(dots.sorted());
      }),
    );
  });

  it("is, of a session that has seen nothing, three bytes that the wire names", () => {
    expect(encodeSession(new Map(), 7)).toEqual(Buffer.from([1, 0, 0]));
    expect(clusterOfSession(encodeSession(new Map(), 7))).toBeUndefined();
  });

  it("names the cluster whose dots they are", () => {
    const session = new Map([[3, VersionVector.from([[actorOf(1, 1), 5]])]]);
    for (const id of ["shop", "another"])
      expect(clusterOfSession(encodeSession(session, clusterMark(id)))).toBe(clusterMark(id));
    expect(clusterMark("shop")).not.toBe(clusterMark("another"));
  });

  it("takes under 200 bytes for ten partitions of nine replicas, on each of which three have just written", () => {
    const actors = Array.from({ length: 9 }, (_, index) => actorOf(index + 1, 90_000_000 * 32 + index));
    const session = new Map(
      Array.from({ length: 10 }, (_, index) => {
        const writers = [0, 3, 6].map((offset) => actors[(index + offset) % 9] ?? actorOf(1, 1));
        return [index * 25, VersionVector.from(writers.map((actor) => [actor, 5_000 + index] as const))];
      }),
    );
    expect(encodeSession(session, 7).length).toBeLessThan(200);
  });

  it("is refused when cut short, when longer, and when hostile", () => {
    fc.assert(
      fc.property(anySession, fc.nat(), (session, cut) => {
        const bytes = encodeSession(session, 7);
        expect(() => decodeSession(bytes.subarray(0, cut % bytes.length))).toThrow(CodecError);
        expect(() => decodeSession(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(CodecError);
      }),
    );
    const decodeOrRefuse = (bytes: Uint8Array): void => {
      try {
        decodeSession(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    };
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeOrRefuse(Uint8Array.from([1, ...bytes]))));
  });
});
