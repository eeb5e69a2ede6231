import fc from "fast-check";
import { pack } from "msgpackr";
import { describe, expect, it } from "vitest";
import type { Codec } from "../../../src/client/index.js";
import { DEPTH_MAX, msgpackFault } from "../../../src/client/msgpack-shape.js";
import { autoCodec, decodeValue, encodeValue } from "../../../src/client/value-codec.js";
import { FakeCluster } from "./fake-cluster.js";

const auto = autoCodec<unknown>();

/** Values that MessagePack holds exactly: -0 and lone surrogates it cannot. */
const text = fc.string({ unit: "grapheme" });
const value = fc
  .letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false, undefined),
      fc.integer(),
      fc.double().map((number) => (Object.is(number, -0) ? 0 : number)),
      fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2200-01-01") }),
      text,
      fc.uint8Array(),
      fc.array(tie("tree")),
      fc.dictionary(
        text.filter((key) => key !== "__proto__"),
        tie("tree"),
        { noNullPrototype: true },
      ),
    ),
  }))
  .tree.filter((tree) => tree !== undefined);

describe("the codec of a bucket that names none", () => {
  it("gives back what it was given", () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(auto.decode(auto.encode(original))).toEqual(original);
      }),
    );
  });

  it.each([
    [new Uint8Array([1, 2]), "bytes"],
    ["Grüße", "text"],
    [{ name: "Ada" }, "msgpack"],
    [42, "msgpack"],
  ])("stores %j as %s", (original, encoding) => {
    expect(auto.encode(original).encoding).toBe(encoding);
  });

  it("reads JSON that another client wrote", () => {
    expect(auto.decode({ data: Buffer.from('{"a":[1]}'), encoding: "json" })).toEqual({ a: [1] });
  });

  it("does not see what the caller does with its array afterwards", () => {
    const bytes = new Uint8Array([1]);
    const { data } = auto.encode(bytes);
    bytes[0] = 2;
    expect(data).toEqual(new Uint8Array([1]));
  });

  it.each([
    ["a function", () => undefined],
    ["a symbol", Symbol("s")],
    ["undefined", undefined],
    ["an invalid date", new Date(Number.NaN)],
    ["a lone surrogate", "a\ud800"],
    ["a cycle", cycle()],
    ["too deep a value", nested(DEPTH_MAX + 1)],
  ])("refuses %s with INVALID_ARGUMENT", (_what, bad) => {
    expect(() => encodeValue(auto, bad, "b")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("takes a value as deep as it can read", () => {
    const deep = nested(DEPTH_MAX);
    expect(auto.decode(auto.encode(deep))).toEqual(deep);
  });
});

describe("stored bytes that are hostile or damaged", () => {
  it("decode to a value or fail with DATA_LOSS, and never crash", () => {
    const encoding = fc.constantFrom("text", "msgpack", "json", "bytes");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), encoding, (data, kind) => {
        try {
          decodeValue(auto, { data, encoding: kind }, { bucket: "b", key: "k" });
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: "AtollError", code: "DATA_LOSS", metadata: { bucket: "b" } });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["empty", [], "ends in the middle of a value"],
    ["of two values", [0x01, 0x02], "1 bytes follow"],
    ["with the byte that starts nothing", [0xc1], "starts no value"],
    ["with that byte deep inside", [0x91, 0x91, 0xc1], "starts no value"],
    ["that claim four billion elements", [0xdd, 0xff, 0xff, 0xff, 0xff], "middle of an array or map"],
    ["that claim a longer string", [0xd9, 0xff, 0x61], "middle of a value"],
    ["that define a record class", [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01], "extension type 0x72"],
    ["that point into themselves", [0xd6, 0x70, 0, 0, 0, 1], "extension type 0x70"],
    ["that hold a regular expression", [0xd4, 0x78, 0, 0x92, 0xa1, 0x61, 0xa0], "extension type 0x78"],
    ["that nest a hundred thousand deep", new Array<number>(100_000).fill(0x91), "nested deeper"],
  ])("are named when they are MessagePack %s", (_what, bytes, fault) => {
    expect(msgpackFault(Uint8Array.from(bytes))).toContain(fault);
  });

  it("pass the check exactly when they are one whole value of an encoder", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(), (original, cut) => {
        const data = pack(original);
        expect(msgpackFault(data)).toBeUndefined();
        expect(msgpackFault(data.subarray(0, cut % data.length))).toBeDefined();
      }),
    );
  });

  it("fail the read of their key, by bucket and key, and no other", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = (await cluster.connect()).register("profiles");
    cluster.store.plant("profiles", "bad", { data: Buffer.from([0xc1]), encoding: "VALUE_ENCODING_MSGPACK" });
    await bucket.put("good", 1);
    await expect(bucket.get("bad")).rejects.toMatchObject({
      code: "DATA_LOSS",
      message: expect.stringContaining('key "bad" in bucket "profiles"'),
      metadata: { bucket: "profiles", key: "bad" },
    });
    const both = await bucket.getMany(["bad", "good"]);
    expect(both.map((read) => (read.ok ? read.result.value : read.error.code))).toEqual(["DATA_LOSS", 1]);
  });
});

describe("a codec of one's own", () => {
  interface Point {
    x: number;
    y: number;
  }
  const points: Codec<Point> = {
    encode: ({ x, y }) => ({ data: Buffer.from(`${x},${y}`), encoding: "text" }),
    decode: ({ data }) => {
      const [x, y] = data.toString().split(",").map(Number);
      if (x === undefined || y === undefined || Number.isNaN(x + y)) throw new Error("no point");
      return { x, y };
    },
  };

  it("gives the bucket its type, and checks what others wrote", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect();
    const bucket = db.register("points", { codec: points });
    await bucket.put("p", { x: 1, y: 2 });
    const read = await bucket.get("p");
    expect(read.found && read.value.x + read.value.y).toBe(3);
    await db.register("points").put("q", "elsewhere");
    await expect(bucket.get("q")).rejects.toMatchObject({ code: "DATA_LOSS", message: /no point/ });
  });
});

function cycle(): unknown {
  const self: { self?: unknown } = {};
  self.self = self;
  return self;
}

function nested(depth: number): unknown {
  let inner: unknown[] = [];
  for (let level = 1; level < depth; level += 1) inner = [inner];
  return inner;
}
