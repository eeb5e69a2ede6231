import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  changeLayout,
  createLayout,
  decodeLayout,
  encodeLayout,
  LayoutError,
  layoutHash,
} from "../../../src/topology/index.js";
import { anyCluster, members } from "./clusters.js";

const sample = createLayout({
  clusterId: "test",
  partitionCount: 4,
  replicasPerRegion: 2,
  members: members(3),
});

function decodeJson(value: unknown): unknown {
  return decodeLayout(Buffer.from(JSON.stringify(value)));
}

/** `sample` with one value, anywhere in it, replaced or (undefined) left out. */
function damaged(path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = path;
  const change = (
    node: unknown,
    at: string | number | undefined,
    further: readonly (string | number)[],
  ): unknown => {
    if (at === undefined) return value;
    if (Array.isArray(node))
      return node.map((each, index) => (index === at ? change(each, further[0], further.slice(1)) : each));
    const fields = Object.entries(typeof node === "object" && node !== null ? node : {});
    return Object.fromEntries(
      fields.map(([name, each]) => [name, name === at ? change(each, further[0], further.slice(1)) : each]),
    );
  };
  return change(sample, step, rest);
}

describe("encodeLayout and decodeLayout", () => {
  it("give back the same layout", () => {
    fc.assert(
      fc.property(anyCluster, fc.integer({ min: 1, max: 4 }), (nodes, replicasPerRegion) => {
        const layout = createLayout({
          clusterId: "test",
          partitionCount: 8,
          replicasPerRegion,
          members: nodes,
        });
        expect(decodeLayout(encodeLayout(layout))).toEqual(layout);
        const smaller = changeLayout(layout, { members: nodes.slice(0, 1) });
        expect(decodeLayout(encodeLayout(smaller))).toEqual(smaller);
      }),
    );
  });

  it("give equal layouts equal bytes, in whatever order their fields stand", () => {
    const reversed = Object.fromEntries(Object.entries(sample).reverse());
    const decoded = decodeLayout(Buffer.from(JSON.stringify(reversed, null, 2)));
    expect(encodeLayout(decoded)).toEqual(encodeLayout(sample));
    expect(layoutHash(decoded)).toBe(layoutHash(sample));
  });

  it("hash other layouts otherwise", () => {
    expect(layoutHash(sample)).toMatch(/^[0-9a-f]{16}$/);
    expect(layoutHash(changeLayout(sample, { members: members(3) }))).not.toBe(layoutHash(sample));
  });

  it("read a layout in the middle of a larger buffer", () => {
    const bytes = encodeLayout(sample);
    const larger = new Uint8Array(bytes.length + 20).fill(0x7b);
    larger.set(bytes, 10);
    expect(decodeLayout(larger.subarray(10, 10 + bytes.length))).toEqual(sample);
  });

  it.each<[string, readonly (string | number)[], unknown, string]>([
    ["a list", [], [], "the layout must be an object; it is a list of 0"],
    ["null", [], null, "the layout must be an object; it is null"],
    ["an unknown field", [], { ...sample, color: 1 }, 'the layout has the unknown field "color"'],
    [
      "no version",
      ["version"],
      undefined,
      "version must be a whole number from 1 to 9007199254740991; it is missing",
    ],
    ["a fraction", ["version"], 1.5, "version must be a whole number"],
    [
      "a text for a number",
      ["partitionCount"],
      "4",
      'partitionCount must be a whole number from 1 to 65536; it is "4"',
    ],
    ["no member list", ["members"], {}, "members must be a list; it is an object"],
    [
      "unsorted members",
      ["members"],
      sample.members.toReversed(),
      "members must be sorted by ascending number",
    ],
    ["a member that is none", ["members", 1], 7, "members[1] must be an object; it is 7"],
    ["a bad address", ["members", 2, "peerAddress"], "x:y", "members[2].peerAddress must be host:port"],
    ["too few partitions", ["partitionCount"], 8, "replicaSets must list 8 partitions; it lists 4"],
    ["a stranger", ["replicaSets", 1], [1, 9], "replicaSets[1] names 9, which is no member's number"],
    ["a member twice", ["replicaSets", 1], [1, 1], "replicaSets[1] names a member twice"],
    ["too few replicas", ["replicaSets", 3], [1], "replicaSets[3] must list 2 of eu"],
    ["too many replicas", ["replicaSets", 3], [1, 2, 3], "replicaSets[3] must list 2 of eu"],
    [
      "a removed member",
      [],
      { ...sample, removed: [{ number: 1, nodeId: "n9", layoutVersion: 2 }] },
      "removed lists number 1",
    ],
    [
      "a first layout that removed",
      [],
      { ...sample, removed: [{ number: 9, nodeId: "n9", layoutVersion: 1 }] },
      "removed[0].layoutVersion must be",
    ],
    ["too many removed", [], { ...sample, removed: new Array(1_001).fill({}) }, "at most 1000"],
    ["a used number", [], { ...sample, numbersUsedUpTo: 3 }, "numbersUsedUpTo must be a whole number from 4"],
  ])("refuse %s", (_name, path, value, message) => {
    expect(() => decodeJson(damaged(path, value))).toThrow(LayoutError);
    expect(() => decodeJson(damaged(path, value))).toThrow(message);
  });

  it("refuse replicas that are not in the order of the regions", () => {
    const nodes = [...members(1, { region: "us" }), ...members(1, { region: "eu" }, 2)];
    const layout = createLayout({ clusterId: "test", partitionCount: 1, members: nodes });
    expect(layout.replicaSets).toEqual([[2, 1]]);
    expect(() => decodeJson({ ...layout, replicaSets: [[1, 2]] })).toThrow("must list 1 of eu, then 1 of us");
  });

  it("refuse what is too large before reading it", () => {
    expect(() => decodeLayout(Buffer.alloc(16 * 1024 * 1024 + 1, " "))).toThrow(
      /^the layout takes 16777217 bytes/,
    );
  });

  it.each([
    ["nothing", ""],
    ["half a layout", encodeLayout(sample).toString().slice(0, 100)],
    ["a million brackets", "[".repeat(1_000_000)],
    ["a deep list", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["a prototype", '{"__proto__":{"version":1}}'],
  ])("refuse %s", (_name, text) => {
    expect(() => decodeLayout(Buffer.from(text))).toThrow(LayoutError);
  });

  it("throw nothing but LayoutError on bytes, on JSON, and on layouts with one value replaced", () => {
    const step = fc.oneof(
      fc.constantFrom(...Object.keys(sample), ...Object.keys(sample.members[0] ?? {})),
      fc.nat(3),
    );
    const hostile = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .tuple(
          fc.array(step, { minLength: 1, maxLength: 3 }),
          fc.oneof(fc.jsonValue(), fc.constant(undefined)),
        )
        .map(([path, value]) => Buffer.from(JSON.stringify(damaged(path, value)))),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        try {
          decodeLayout(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(LayoutError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
