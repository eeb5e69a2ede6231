/** One arbitrary for every message type; the compiler insists that none is missing. */
import fc from "fast-check";
import { INCARNATION_MAX } from "../../../src/causality/index.js";
import type { Message } from "../../../src/codec/index.js";
import {
  anyActor,
  anyBytes,
  anyContext,
  anyCounter,
  anyDot,
  anyDots,
  anyHlc,
  anyLive,
  anyLogEntry,
  anyMember,
  anyPayload,
  anyRequest,
  anyRequestId,
  anyRowKey,
  anyVarint,
  anyVector,
} from "./arbitraries.js";

const anyState = fc.record({ live: anyLive, context: anyContext });
const anyTime = fc.double({ noNaN: true, noDefaultInfinity: true });
const anyForward = { id: anyVarint, body: anyBytes };

const anyAnnouncement = fc.record({ state: anyState, actors: fc.array(anyActor, { maxLength: 3 }) });

const anyPlainDelta = fc
  .tuple(
    fc.record({
      partition: anyVarint,
      actor: anyActor,
      counter: anyCounter,
      hlc: anyHlc,
      rowKey: anyRowKey,
      payload: fc.option(anyPayload, { nil: undefined }),
      replaced: anyDots,
    }),
    anyRequest,
  )
  .map(([delta, request]) => ({ ...delta, ...request }));
const anyDelta = fc.oneof(
  anyPlainDelta,
  fc.tuple(anyPlainDelta, anyAnnouncement).map(([delta, announced]) => ({ ...delta, announced })),
);

const anyCatchUpRow = fc.record({ rowKey: anyRowKey, live: anyLive, ahead: anyContext });
const anyPointer = fc
  .tuple(anyDot, anyLogEntry)
  .map(([dot, entry]) => ({ actor: dot.actor, counter: dot.counter, entry }));

export const anyPageBody = fc.oneof(
  fc.record({ kind: fc.constant("below-floor") }),
  fc.record({ kind: fc.constant("refused"), reason: fc.string({ unit: "binary" }) }),
  fc.record({
    kind: fc.constant("log"),
    target: anyVector,
    clock: anyVector,
    entries: fc.array(anyPointer, { maxLength: 4 }),
    rows: fc.array(anyCatchUpRow, { maxLength: 3 }),
    position: anyVector,
    isLast: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("rows"),
    target: anyVector,
    clock: anyVector,
    floor: anyVector,
    rows: fc.array(anyCatchUpRow, { maxLength: 3 }),
    upTo: fc.option(anyRowKey, { nil: undefined }),
  }),
);

const anyReadBody = fc.oneof(
  fc.record({
    kind: fc.constant("row"),
    live: anyLive,
    ahead: anyContext,
    clock: anyVector,
    isTouchedBeyond: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("same"), clock: anyVector }),
  fc.record({ kind: fc.constant("refused"), reason: fc.constantFrom("damaged", "in-doubt", "not-held") }),
);

const anyWhole = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyPartitions = fc
  .uniqueArray(fc.integer({ min: 0, max: 0xffff }), { maxLength: 5 })
  .map((partitions) => partitions.sort((a, b) => a - b));
const anyAuditEntries = anyPartitions.chain((partitions) =>
  fc.tuple(
    ...partitions.map((partition) =>
      fc.record({
        partition: fc.constant(partition),
        clock: fc.option(fc.integer({ min: 0, max: 0xffffffff }), { nil: undefined }),
        check: anyWhole,
      }),
    ),
  ),
);
const anyCells = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 4 }).chain((counts) =>
  fc.record({
    words: fc.int32Array({ minLength: counts.length * 6, maxLength: counts.length * 6 }),
    counts: fc.constant(Uint8Array.from(counts)),
  }),
);
const anyParts = fc.array(
  fc.record({
    partition: anyVarint,
    clock: fc.option(anyVector, { nil: undefined }),
    rows: fc.array(anyCatchUpRow, { maxLength: 3 }),
  }),
  { maxLength: 2 },
);

const anyRangeBody = fc.oneof(
  fc.record({
    kind: fc.constant("rows" as const),
    clock: anyVector,
    rows: fc.array(anyCatchUpRow, { maxLength: 3 }),
    upTo: fc.option(anyRowKey, { nil: undefined }),
    touched: fc.option(
      fc.array(anyRowKey, { maxLength: 3 }).map((rowKeys) => new Set(rowKeys)),
      { nil: undefined },
    ),
  }),
  fc.record({
    kind: fc.constant("refused" as const),
    reason: fc.constantFrom("damaged" as const, "in-doubt" as const, "not-held" as const),
  }),
);

const anyChangesBody = fc.oneof(
  fc.record({
    kind: fc.constant("changes" as const),
    clock: anyVector,
    rows: fc.array(
      fc
        .tuple(anyCatchUpRow, fc.record({ dots: fc.array(anyDot, { maxLength: 3 }), hlc: anyHlc }))
        .map(([row, change]) => ({ ...row, ...change })),
      { maxLength: 3 },
    ),
    position: anyVector,
    isMore: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("below-floor" as const) }),
  fc.record({ kind: fc.constant("behind" as const), clock: anyVector }),
  fc.record({
    kind: fc.constant("refused" as const),
    reason: fc.constantFrom("damaged" as const, "in-doubt" as const, "not-held" as const),
  }),
);

/** By type, so that a new message type does not compile before it is tested. */
export const MESSAGES: { readonly [T in Message["type"]]: fc.Arbitrary<Extract<Message, { type: T }>> } = {
  delta: fc.record({ type: fc.constant("delta"), delta: anyDelta, isRelayed: fc.boolean() }),
  heartbeat: fc.record({
    type: fc.constant("heartbeat"),
    sentMs: anyTime,
    echoMs: anyTime,
    echoDelayMs: anyTime,
    wallMs: anyTime,
    hlc: anyHlc,
    isHeard: fc.boolean(),
  }),
  credit: fc.record({ type: fc.constant("credit"), bytes: anyVarint }),
  ack: fc.record({
    type: fc.constant("ack"),
    hlc: anyHlc,
    entries: fc.array(fc.record({ partition: anyVarint, actor: anyActor, counter: anyCounter }), {
      maxLength: 4,
    }),
  }),
  clock: fc.record({
    type: fc.constant("clock"),
    partition: anyVarint,
    hlc: anyHlc,
    clock: anyVector,
    isInDoubt: fc.boolean(),
    view: anyVarint,
    orphans: fc.option(anyVector, { nil: undefined }),
  }),
  view: fc.record({
    type: fc.constant("view"),
    version: anyVarint,
    layoutVersion: anyVarint,
    layoutHash: fc.stringMatching(/^[0-9a-f]{16}$/),
    incarnations: fc
      .array(fc.tuple(anyMember, fc.nat({ max: INCARNATION_MAX })), { maxLength: 5 })
      .map((entries) => new Map(entries)),
    kept: fc.array(anyVarint, { maxLength: 4 }),
    releases: fc.array(fc.tuple(anyMember, anyVarint), { maxLength: 3 }).map((entries) => new Map(entries)),
  }),
  layout: fc.record({
    type: fc.constant("layout"),
    bytes: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  }),
  "catch-up-request": fc.record({
    type: fc.constant("catch-up-request"),
    partition: anyVarint,
    session: anyVarint,
    target: fc.option(anyVector, { nil: undefined }),
    position: anyVector,
    rows: fc.option(fc.record({ after: fc.option(anyRowKey, { nil: undefined }) }), { nil: undefined }),
  }),
  "catch-up-page": fc.record({
    type: fc.constant("catch-up-page"),
    partition: anyVarint,
    session: anyVarint,
    hlc: anyHlc,
    body: anyPageBody,
  }),
  "read-request": fc.record({
    type: fc.constant("read-request"),
    id: anyVarint,
    partition: anyVarint,
    rowKey: anyRowKey,
    against: fc.option(fc.record({ clock: anyVector, digest: fc.option(anyHlc, { nil: undefined }) }), {
      nil: undefined,
    }),
  }),
  "read-reply": fc.record({ type: fc.constant("read-reply"), id: anyVarint, body: anyReadBody }),
  "range-request": fc.record({
    type: fc.constant("range-request"),
    id: anyVarint,
    partition: anyVarint,
    range: fc.record({ from: anyRowKey, to: anyRowKey, isReverse: fc.boolean() }),
    limit: anyVarint,
    against: anyVector,
  }),
  "range-reply": fc.record({ type: fc.constant("range-reply"), id: anyVarint, body: anyRangeBody }),
  "changes-request": fc.record({
    type: fc.constant("changes-request"),
    id: anyVarint,
    partition: anyVarint,
    range: fc.record({ from: anyRowKey, to: anyRowKey, isReverse: fc.constant(false) }),
    since: fc.option(anyVector, { nil: undefined }),
    seen: anyVector,
    hasRows: fc.boolean(),
    waitMs: anyVarint,
  }),
  "changes-reply": fc.record({ type: fc.constant("changes-reply"), id: anyVarint, body: anyChangesBody }),
  "repair-request": fc.record({
    type: fc.constant("repair-request"),
    id: anyVarint,
    partition: anyVarint,
    rowKey: anyRowKey,
    hlc: anyHlc,
    state: anyState,
  }),
  "repair-reply": fc.record({
    type: fc.constant("repair-reply"),
    id: anyVarint,
    outcome: fc.constantFrom("done", "later", "unwanted"),
  }),
  "lookup-request": fc.record({
    type: fc.constant("lookup-request"),
    id: anyVarint,
    partition: anyVarint,
    requestId: anyRequestId,
  }),
  "lookup-reply": fc.record({
    type: fc.constant("lookup-reply"),
    id: anyVarint,
    found: fc.option(
      fc.oneof(
        fc.constant("nothing-to-do"),
        fc.record({ actor: anyActor, counter: anyCounter, hlc: anyHlc }),
      ),
      { nil: undefined },
    ),
  }),
  "forward-request": fc.record({ type: fc.constant("forward-request"), ...anyForward }),
  "forward-reply": fc.record({ type: fc.constant("forward-reply"), ...anyForward }),
  "hold-request": fc.record({
    type: fc.constant("hold-request"),
    id: anyVarint,
    home: anyMember,
    delta: anyDelta,
  }),
  "hold-reply": fc.record({ type: fc.constant("hold-reply"), id: anyVarint, isHeld: fc.boolean() }),
  "audit-request": fc.record({ type: fc.constant("audit-request"), id: anyVarint, entries: anyAuditEntries }),
  "audit-reply": fc.record({
    type: fc.constant("audit-reply"),
    id: anyVarint,
    unequal: anyPartitions,
    busy: anyPartitions,
    cells: anyCells,
  }),
  "audit-cells-request": fc.record({
    type: fc.constant("audit-cells-request"),
    id: anyVarint,
    partitions: anyPartitions,
    from: anyVarint,
    to: anyVarint,
  }),
  "audit-cells-reply": fc.record({
    type: fc.constant("audit-cells-reply"),
    id: anyVarint,
    check: anyWhole,
    cells: anyCells,
  }),
  "audit-rows-request": fc.record({
    type: fc.constant("audit-rows-request"),
    id: anyVarint,
    hlc: anyHlc,
    clocks: fc.option(anyWhole, { nil: undefined }),
    parts: anyParts,
    wanted: fc.array(anyWhole, { maxLength: 4 }),
    among: anyPartitions,
  }),
  "audit-rows-reply": fc.record({
    type: fc.constant("audit-rows-reply"),
    id: anyVarint,
    hlc: anyHlc,
    isMoved: fc.boolean(),
    parts: anyParts,
  }),
  "audit-list-request": fc.record({
    type: fc.constant("audit-list-request"),
    id: anyVarint,
    partition: anyVarint,
    after: fc.option(anyRowKey, { nil: undefined }),
  }),
  "audit-list-reply": fc.record({
    type: fc.constant("audit-list-reply"),
    id: anyVarint,
    entries: fc.array(fc.record({ rowKey: anyRowKey, version: anyWhole }), { maxLength: 4 }),
    upTo: fc.option(anyRowKey, { nil: undefined }),
  }),
};

export const anyMessage: fc.Arbitrary<Message> = fc.oneof(...Object.values(MESSAGES));
