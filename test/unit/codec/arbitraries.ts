/** Everything that has bytes, over the whole range of what may be written. */
import fc from "fast-check";
import {
  type Actor,
  actorOf,
  Context,
  type Dot,
  type Hlc,
  INCARNATION_MAX,
  MEMBER_NUMBER_MAX,
  VersionVector,
} from "../../../src/causality/index.js";
import {
  type Doubt,
  encodeRowKey,
  type LogEntry,
  type MapLeaf,
  mapElement,
  type PartitionRecord,
  type RowKey,
} from "../../../src/codec/index.js";
import {
  compareDots,
  DataType,
  type LiveDot,
  type Payload,
  type Row,
  ValueEncoding,
} from "../../../src/crdt/index.js";

/** Small numbers, and those at the edges of a varint's bytes. */
export const anyVarint = fc.oneof(
  fc.nat({ max: 300 }),
  fc.integer({ min: 0, max: 52 }).map((bits) => 2 ** bits),
  fc.integer({ min: 1, max: 53 }).map((bits) => 2 ** bits - 1),
);
export const anyCounter = anyVarint.map((value) => Math.max(1, value));
export const anyMember = fc.integer({ min: 1, max: MEMBER_NUMBER_MAX });
const anyIncarnation = fc.integer({ min: 1, max: INCARNATION_MAX });
export const anyActor: fc.Arbitrary<Actor> = fc
  .tuple(anyMember, anyIncarnation)
  .map(([member, incarnation]) => actorOf(member, incarnation));
export const anyHlc: fc.Arbitrary<Hlc> = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
export const anyBytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
export const anyDot: fc.Arbitrary<Dot> = fc.record({ actor: anyActor, counter: anyCounter });
export const anyDots = fc.array(anyDot, { maxLength: 5 });
const anyClosed = fc.tuple(anyMember, anyIncarnation);
export const anyVector = fc
  .tuple(
    fc.array(fc.tuple(anyActor, anyCounter), { maxLength: 5 }),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(anyClosed, { maxLength: 2 })),
  )
  .map(([entries, closed]) => {
    const vector = VersionVector.from(entries);
    for (const [member, incarnation] of closed) vector.close(member, incarnation);
    return vector;
  });
export const anyContext = fc.tuple(anyVector, anyDots).map(([vector, dots]) => {
  const context = new Context(vector);
  for (const dot of dots) context.add(dot.actor, dot.counter);
  return context;
});
export const anyRequestId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));

export const anyPayload: fc.Arbitrary<Payload> = fc.record({
  hlc: anyHlc,
  isTombstone: fc.boolean(),
  encoding: fc.constantFrom(...Object.values(ValueEncoding)),
  expiresAtMs: anyVarint,
  data: anyBytes,
});
export const anyLive: fc.Arbitrary<LiveDot[]> = fc
  .array(fc.tuple(anyDot, anyPayload), { maxLength: 4 })
  .map((pairs) => {
    const dots = new Map(pairs.map(([dot, payload]) => [`${dot.actor}:${dot.counter}`, { ...dot, payload }]));
    return [...dots.values()].sort(compareDots);
  });

/** Bytes that the escaping has to deal with, more often than chance would have them. */
export const anyKeyBytes = fc
  .array(fc.oneof(fc.constantFrom(0x00, 0x01, 0xff), fc.nat({ max: 255 })), { maxLength: 8 })
  .map((bytes) => Buffer.from(bytes));
export const anyType = fc.constantFrom(...Object.values(DataType));
const LEAF_TYPES = [DataType.register, DataType.counter, DataType.flag, DataType.set] as const;
export const anyLeaf: fc.Arbitrary<MapLeaf> = fc
  .tuple(fc.array(anyKeyBytes, { minLength: 1, maxLength: 3 }), fc.constantFrom(...LEAF_TYPES), anyKeyBytes)
  .map(([path, type, member]) => ({ path, type, member: type === DataType.set ? member : undefined }));
/** As rows have it: of a set a member, of a map a leaf. */
function elementOf(type: DataType, member: Buffer, leaf: MapLeaf): Buffer[] {
  if (type === DataType.map) return mapElement(leaf);
  return type === DataType.set ? [member] : [];
}
export const anyRowKey: fc.Arbitrary<RowKey> = fc
  .tuple(anyType, fc.constantFrom("b", "carts", "a-b"), anyKeyBytes, anyKeyBytes, anyLeaf)
  .map(([type, bucket, key, member, leaf]) => encodeRowKey(type, bucket, key, elementOf(type, member, leaf)));

export const anyRow: fc.Arbitrary<Row> = fc.record({
  live: anyLive,
  ahead: anyContext,
  damagedAt: fc.option(anyVector, { nil: undefined }),
});
/** A request id, and how many dots of the same write follow. */
export const anyRequest = fc.record({
  requestId: fc.option(anyRequestId, { nil: undefined }),
  following: fc.nat({ max: 1_000 }),
});
export const anyLogEntry: fc.Arbitrary<LogEntry> = fc
  .tuple(fc.record({ rowKey: anyRowKey, hlc: anyHlc }), anyRequest)
  .map(([entry, request]) => ({ ...entry, ...request }));
const anyDoubt: fc.Arbitrary<Doubt> = fc.record({
  cause: fc.constantFrom("empty", "regressed"),
  settled: fc.array(anyMember, { maxLength: 4 }),
  hasCaughtUp: fc.boolean(),
});
export const anyPartition: fc.Arbitrary<PartitionRecord> = fc.record({
  clock: anyVector,
  floor: anyVector,
  doubt: fc.option(anyDoubt, { nil: undefined }),
});
