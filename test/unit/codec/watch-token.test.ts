import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import { CodecError, decodeWatch, encodeWatch, type WatchPosition } from "../../../src/codec/index.js";
import { anyActor, anyCounter, anyVector } from "./arbitraries.js";

fc.configureGlobal({ seed: 3004, numRuns: 300 });

const anySeen = fc
  .array(fc.tuple(anyActor, anyCounter), { maxLength: 4 })
  .map((entries) => VersionVector.from(entries));
const anyPositions = fc
  .array(fc.tuple(fc.nat({ max: 0xffff }), fc.record({ position: anyVector, seen: anySeen })), {
    maxLength: 6,
  })
  .map((partitions) => new Map<number, WatchPosition>(partitions));

const plain = (positions: ReadonlyMap<number, WatchPosition>): unknown =>
  [...positions]
    .sort(([a], [b]) => a - b)
    .map(([partition, { position, seen }]) => [
      partition,
      position.sorted(),
      position.closed(),
      seen.sorted(),
    ]);

describe("a watch's token", () => {
  it("gives back where the watch is in each partition: what is closed and what was shown beyond it, too", () => {
    fc.assert(
      fc.property(anyPositions, (positions) => {
        expect(plain(decodeWatch(encodeWatch(positions)))).toEqual(plain(positions));
      }),
    );
  });

  it("takes about 10 KB for a bucket of 256 partitions that nine nodes write to", () => {
    const actors = Array.from({ length: 9 }, (_, index) => actorOf(index + 1, 90_000_000 * 32 + index));
    const position = VersionVector.from(actors.map((actor) => [actor, 50_000]));
    const positions = new Map(
      Array.from({ length: 256 }, (_, partition) => [partition, { position, seen: new VersionVector() }]),
    );
    expect(encodeWatch(positions).length).toBeLessThan(11_000);
  });

  it("is refused when cut short, when longer, and when hostile", () => {
    fc.assert(
      fc.property(anyPositions, fc.nat(), (positions, cut) => {
        const bytes = encodeWatch(positions);
        expect(() => decodeWatch(bytes.subarray(0, cut % bytes.length))).toThrow(CodecError);
        expect(() => decodeWatch(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(CodecError);
      }),
    );
    const decodeOrRefuse = (bytes: Uint8Array): void => {
      try {
        decodeWatch(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    };
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeOrRefuse(Uint8Array.from([1, ...bytes]))));
  });
});
