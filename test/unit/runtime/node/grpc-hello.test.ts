import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INCARNATION_MAX } from "../../../../src/causality/index.js";
import { decodeHello, encodeHello } from "../../../../src/runtime/node/grpc-hello.js";
import { peerService } from "../../../../src/wire/index.js";

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });

describe("a Hello", () => {
  it("comes out as it went in", () => {
    const hello = fc.record({
      clusterId: id,
      nodeId: id,
      number: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      incarnation: fc.integer({ min: 1, max: INCARNATION_MAX }),
      instance: fc
        .bigInt({ min: 0n, max: 2n ** 64n - 1n })
        .map((bits) => bits.toString(16).padStart(16, "0")),
      protocolVersion: uint32,
    });
    fc.assert(
      fc.property(hello, (sent) => {
        const bytes = peerService.Exchange.requestSerialize({ hello: encodeHello(sent) });
        const { hello: received } = peerService.Exchange.requestDeserialize(bytes);
        expect(received && decodeHello(received)).toEqual(sent);
      }),
    );
  });

  it.each(["0", String(2 ** 53), String(2n ** 64n - 1n)])("with incarnation %s is refused", (incarnation) => {
    const sent = { clusterId: "c", nodeId: "n", number: 1, incarnation, instance: "1", protocolVersion: 1 };
    const bytes = peerService.Exchange.requestSerialize({ hello: sent });
    const { hello } = peerService.Exchange.requestDeserialize(bytes);
    expect(hello && decodeHello(hello)).toMatch(/^Hello without incarnation/);
  });
});
