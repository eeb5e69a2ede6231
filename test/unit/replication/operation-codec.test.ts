import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError } from "../../../src/codec/index.js";
import { DataType, type Reading, ValueEncoding } from "../../../src/crdt/index.js";
import { CONSISTENCY_LEVELS, type Consistency } from "../../../src/replication/consistency.js";
import {
  type Action,
  type Change,
  FAILURE_REASONS,
  type KeyWrite,
  type Operation,
  type Outcome,
} from "../../../src/replication/operation.js";
import {
  decodeOperation,
  encodeOperation,
  type ForwardedOperation,
} from "../../../src/replication/operation-codec.js";
import { decodeOutcome, encodeOutcome } from "../../../src/replication/outcome-codec.js";
import { anyRowKey, anyVector } from "../codec/arbitraries.js";

const anyBytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const anyText = fc.string({ unit: "grapheme", maxLength: 20 });
const anyHlc = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyValue = fc.record({
  data: anyBytes,
  encoding: fc.constantFrom(...Object.values(ValueEncoding)),
});
const anyAddress = fc.record({
  type: fc.constantFrom(...Object.values(DataType)),
  bucket: fc.stringMatching(/^[a-z0-9._-]{1,20}$/),
  key: anyBytes,
});
const anyParts = fc.array(anyBytes, { maxLength: 3 });
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.maxSafeInteger().map((amount) => ({ kind: "increment" as const, amount })),
  fc.boolean().map((isEnabled) => ({ kind: "set-flag" as const, isEnabled })),
  anyParts.map((members) => ({ kind: "add-members" as const, members })),
  anyParts.map((members) => ({ kind: "remove-members" as const, members })),
  anyValue.map((value) => ({ kind: "assign" as const, value })),
  fc.constant({ kind: "clear" as const }),
);
const anyTtl = fc.oneof(fc.constantFrom("never" as const, undefined), fc.integer({ min: 1, max: 2 ** 52 }));
const anyChange: fc.Arbitrary<Change> = fc.record({ path: anyParts, action: anyAction, ttlMs: anyTtl });
const anyWrite: fc.Arbitrary<KeyWrite> = fc.oneof(
  fc
    .tuple(anyAddress, fc.array(anyChange, { maxLength: 4 }))
    .map(([address, changes]) => ({ kind: "update" as const, address, changes })),
  fc
    .tuple(
      anyAddress,
      anyValue,
      anyBytes,
      fc.constantFrom(undefined, "absent" as const, "unchanged" as const),
      anyTtl,
    )
    .map(([address, value, context, condition, ttlMs]) => ({
      kind: "put" as const,
      address,
      value,
      context,
      condition,
      ttlMs,
    })),
  fc.tuple(anyAddress, anyBytes).map(([address, context]) => ({ kind: "delete" as const, address, context })),
);
const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(anyAddress, anyParts).map(([address, element]) => ({ kind: "get" as const, address, element })),
  fc
    .tuple(anyAddress, anyParts, fc.option(anyRowKey, { nil: undefined }), fc.nat())
    .map(([address, path, after, limit]) => ({ kind: "list" as const, address, path, after, limit })),
  fc.record({
    kind: fc.constant("range" as const),
    partition: fc.nat(),
    range: fc.record({ from: anyRowKey, to: anyRowKey, isReverse: fc.boolean() }),
    limit: fc.nat(),
    isKeysOnly: fc.boolean(),
  }),
  anyWrite,
  fc.array(anyWrite, { maxLength: 3 }).map((writes) => ({ kind: "batch" as const, writes })),
);
const anyConsistency: fc.Arbitrary<Consistency | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(...CONSISTENCY_LEVELS).map((level) => ({ level })),
  fc.nat().map((replicas) => ({ replicas })),
);
const anyForwarded: fc.Arbitrary<ForwardedOperation> = fc.record({
  operation: anyOperation,
  options: fc.record({
    consistency: anyConsistency,
    timeoutMs: fc.integer({ min: 1, max: 3_600_000 }),
    requestId: fc.option(fc.stringMatching(/^[0-9a-f]{32}$/), { nil: undefined }),
    isRetry: fc.boolean(),
    isSloppy: fc.boolean(),
    session: fc.option(anyVector, { nil: undefined }),
  }),
});
const anyShown = fc
  .tuple(anyValue, anyHlc, fc.nat())
  .map(([value, hlc, expiresAtMs]) => ({ ...value, hlc, expiresAtMs }));
const anyCounted = fc.record({
  kind: fc.constant("counter" as const),
  value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  isFound: fc.boolean(),
  expiresAtMs: fc.nat(),
});
const anyFlagged = fc.record({
  kind: fc.constant("flag" as const),
  isEnabled: fc.boolean(),
  expiresAtMs: fc.maxSafeNat(),
});
const anyReading: fc.Arbitrary<Reading> = fc.oneof(
  anyCounted,
  anyFlagged,
  fc.array(anyShown, { maxLength: 3 }).map((values) => ({ kind: "values" as const, values })),
);
const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  anyCounted,
  anyFlagged,
  fc.record({
    kind: fc.constant("page" as const),
    rows: fc.array(fc.record({ rowKey: anyRowKey, reading: anyReading, context: anyBytes }), {
      maxLength: 3,
    }),
    upTo: fc.option(anyRowKey, { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("read" as const),
    values: fc.array(anyShown, { maxLength: 5 }),
    context: anyBytes,
  }),
  fc.tuple(anyHlc, anyBytes, fc.nat(), fc.nat()).map(([hlc, context, acksReceived, fallbackAcks]) => ({
    kind: "written" as const,
    hlc,
    context,
    acksReceived,
    fallbackAcks,
  })),
  fc
    .tuple(fc.constantFrom(...FAILURE_REASONS), anyText, fc.dictionary(anyText, anyText, { maxKeys: 3 }))
    .map(([reason, message, metadata]) => ({
      kind: "failed" as const,
      reason,
      message,
      metadata: { ...metadata },
    })),
);

/** Bytes that decode to something, or are refused: nothing else may happen. */
function decodeOrRefuse(decode: (bytes: Buffer) => unknown, bytes: Buffer): void {
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
  }
}

describe("forwarded operations", () => {
  it("come back from their bytes as they were", () => {
    fc.assert(
      fc.property(anyForwarded, (forwarded) => {
        expect(decodeOperation(encodeOperation(forwarded))).toEqual(forwarded);
      }),
    );
  });

  it("have a deadline of whole milliseconds, rounded up, at least one", () => {
    const timeout = (timeoutMs: number): number => {
      const options = {
        consistency: undefined,
        timeoutMs,
        requestId: undefined,
        isRetry: false,
        isSloppy: false,
        session: undefined,
      };
      const address = { type: DataType.register, bucket: "b", key: Buffer.from("k") };
      return decodeOperation(encodeOperation({ operation: { kind: "get", address, element: [] }, options }))
        .options.timeoutMs;
    };
    expect([timeout(0.2), timeout(1), timeout(1.2), timeout(-3)]).toEqual([1, 1, 2, 1]);
  });

  it("are refused when cut short, when longer, and when hostile", () => {
    fc.assert(
      fc.property(anyForwarded, fc.nat(), anyBytes, (forwarded, cut, extra) => {
        const bytes = encodeOperation(forwarded);
        expect(() => decodeOperation(bytes.subarray(0, cut % bytes.length))).toThrow(CodecError);
        if (extra.length > 0)
          expect(() => decodeOperation(Buffer.concat([bytes, extra]))).toThrow(CodecError);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeOrRefuse(decodeOperation, Buffer.from(bytes))));
  });
});

describe("outcomes", () => {
  it("come back from their bytes as they were", () => {
    fc.assert(
      fc.property(anyOutcome, (outcome) => {
        expect(decodeOutcome(encodeOutcome(outcome))).toEqual(outcome);
      }),
    );
  });

  it("keep whatever name their metadata have", () => {
    const metadata: Record<string, string> = JSON.parse('{"__proto__": "x"}');
    const outcome = { kind: "failed", reason: "INTERNAL", message: "", metadata } as const;
    expect(decodeOutcome(encodeOutcome(outcome))).toEqual(outcome);
  });

  it("are refused when cut short, when longer, and when hostile", () => {
    fc.assert(
      fc.property(anyOutcome, fc.nat(), (outcome, cut) => {
        const bytes = encodeOutcome(outcome);
        expect(() => decodeOutcome(bytes.subarray(0, cut % bytes.length))).toThrow(CodecError);
        expect(() => decodeOutcome(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(CodecError);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeOrRefuse(decodeOutcome, Buffer.from(bytes))));
    for (const kind of [0, 1, 2, 3, 4, 5])
      fc.assert(
        fc.property(fc.uint8Array(), (bytes) => decodeOrRefuse(decodeOutcome, Buffer.from([kind, ...bytes]))),
      );
  });
});
