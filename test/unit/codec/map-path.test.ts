import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CodecError,
  encodeRowKey,
  leafOf,
  type MapLeaf,
  mapElement,
  mapSubtree,
  rowKeysBelow,
} from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { anyKeyBytes, anyLeaf } from "./arbitraries.js";

fc.configureGlobal({ seed: 3002, numRuns: 500 });

const KEY = Buffer.from("k");

function rowKey(leaf: MapLeaf): string {
  return encodeRowKey(DataType.map, "b", KEY, mapElement(leaf));
}

function isBelow(path: readonly Buffer[], above: readonly Buffer[]): boolean {
  return above.every((step, index) => path[index]?.equals(step) === true);
}

describe("the element of a map's row", () => {
  it("gives back its leaf", () => {
    fc.assert(
      fc.property(anyLeaf, (leaf) => {
        expect(leafOf(mapElement(leaf))).toEqual(leaf);
      }),
    );
  });

  it("lies in the range of a path exactly when it is at or below it", () => {
    const anyPath = fc.array(anyKeyBytes, { maxLength: 2 });
    fc.assert(
      fc.property(anyLeaf, anyPath, fc.boolean(), (leaf, other, isOwn) => {
        const path = isOwn ? leaf.path.slice(0, other.length) : other;
        const { from, to } = rowKeysBelow(encodeRowKey(DataType.map, "b", KEY, mapSubtree(path)));
        const key = rowKey(leaf);
        expect(from <= key && key < to).toBe(isBelow(leaf.path, path));
      }),
    );
  });

  it("sorts by path, a leaf before what is below it", () => {
    const leaf = (type: MapLeaf["type"], ...path: string[]): string =>
      rowKey({
        path: path.map((step) => Buffer.from(step)),
        type,
        member: type === DataType.set ? Buffer.from("m") : undefined,
      });
    const ordered = [
      leaf(DataType.register, "a"),
      leaf(DataType.counter, "a"),
      leaf(DataType.set, "a"),
      leaf(DataType.register, "a", "a"),
      leaf(DataType.register, "a", "b"),
      leaf(DataType.register, "aa"),
      leaf(DataType.register, "b"),
    ];
    expect([...ordered].reverse().sort()).toEqual(ordered);
  });

  it.each([
    ["nothing", []],
    ["a path without a leaf", ["\x02a"]],
    ["a leaf without a path", ["\x01\x01"]],
    ["a leaf of no type", ["\x02a", "\x01"]],
    ["a leaf that is a multi", ["\x02a", "\x01\x02"]],
    ["a leaf that is a map", ["\x02a", "\x01\x06"]],
    ["a set's leaf without a member", ["\x02a", "\x01\x05"]],
    ["a counter with a member", ["\x02a", "\x01\x03", "m"]],
    ["a step of no kind", ["a", "\x01\x03"]],
  ])("is refused for %s", (_what, parts) => {
    expect(() => leafOf(parts.map((part) => Buffer.from(part, "latin1")))).toThrow(CodecError);
  });
});
