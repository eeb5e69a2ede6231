/** What a value may be: what would come back as another one is refused. */
import { describe, expect, it } from "vitest";
import { autoCodec } from "../../../src/client/value-codec.js";
import { valueFault } from "../../../src/client/value-shape.js";

const codec = autoCodec<unknown>();

class Point {
  readonly x = 1;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

describe("a value", () => {
  it.each([
    null,
    1.5,
    true,
    12n,
    [1, [2, null]],
    { a: { b: new Date(5) }, c: Uint8Array.of(1), d: undefined },
    Object.assign(Object.create(null), { a: 1 }),
    { constructor: 1, toString: 2 },
    nested(100),
  ])("that can be read back is taken (%#)", (value) => {
    expect(valueFault(value)).toBeUndefined();
    expect(() => codec.encode(value)).not.toThrow();
  });

  it.each([
    [new Float32Array([1.5]), "it is a Float32Array"],
    [{ a: [new Uint16Array([300])] }, "it.a[0] is a Uint16Array"],
    [new DataView(new ArrayBuffer(3)), "it is a DataView"],
    [new ArrayBuffer(3), "it is a ArrayBuffer"],
    [new Map([[1, 2]]), "it is a Map"],
    [{ of: new Set([1]) }, "it.of is a Set"],
    [/x/, "it is a RegExp"],
    [new Error("x"), "it is a Error"],
    [new Point(), "it is a Point"],
    [JSON.parse('{"a":{"__proto__":1}}'), "it.a has a field named __proto__"],
    [nested(200), "nested deeper than 128"],
  ])("that would come back as another one is refused (%#)", (value, message) => {
    expect(() => codec.encode(value)).toThrow(message);
  });

  it("that contains itself is refused", () => {
    const value: Record<string, unknown> = {};
    value.self = value;
    expect(() => codec.encode(value)).toThrow("contains itself");
  });
});
