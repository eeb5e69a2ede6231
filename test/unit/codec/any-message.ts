/** One arbitrary for every message type; the compiler insists that none is missing. */
import fc from "fast-check";
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
  anyPayload,
  anyRequestId,
  anyRowKey,
  anyVarint,
  anyVector,
} from "./arbitraries.js";

const anyState = fc.record({ live: anyLive, context: anyContext });
const anyTime = fc.double({ noNaN: true, noDefaultInfinity: true });
const anyForward = { id: anyVarint, body: anyBytes };

const anyAnnouncement = fc.record({ state: anyState, actors: fc.array(anyActor, { maxLength: 3 }) });

const anyPlainDelta = fc.record({
  partition: anyVarint,
  actor: anyActor,
  counter: anyCounter,
  hlc: anyHlc,
  rowKey: anyRowKey,
  requestId: fc.option(anyRequestId, { nil: undefined }),
  payload: fc.option(anyPayload, { nil: undefined }),
  replaced: anyDots,
});
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
  fc.record({ kind: fc.constant("state"), state: anyState }),
  fc.record({ kind: fc.constant("digest"), digest: anyHlc, clock: anyVector, isTouchedBeyond: fc.boolean() }),
  fc.record({ kind: fc.constant("refused"), reason: fc.constantFrom("damaged", "in-doubt", "not-held") }),
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
    incarnations: fc
      .array(fc.tuple(anyVarint, fc.nat({ max: 2 ** 32 - 1 })), { maxLength: 5 })
      .map((entries) => new Map(entries)),
    kept: fc.array(anyVarint, { maxLength: 4 }),
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
    digestAgainst: fc.option(anyVector, { nil: undefined }),
  }),
  "read-reply": fc.record({ type: fc.constant("read-reply"), id: anyVarint, body: anyReadBody }),
  "repair-request": fc.record({
    type: fc.constant("repair-request"),
    id: anyVarint,
    partition: anyVarint,
    rowKey: anyRowKey,
    hlc: anyHlc,
    state: anyState,
  }),
  "repair-reply": fc.record({ type: fc.constant("repair-reply"), id: anyVarint, isDone: fc.boolean() }),
  "lookup-request": fc.record({
    type: fc.constant("lookup-request"),
    id: anyVarint,
    partition: anyVarint,
    requestId: anyRequestId,
  }),
  "lookup-reply": fc.record({
    type: fc.constant("lookup-reply"),
    id: anyVarint,
    found: fc.option(fc.record({ actor: anyActor, counter: anyCounter, hlc: anyHlc }), { nil: undefined }),
  }),
  "forward-request": fc.record({ type: fc.constant("forward-request"), ...anyForward }),
  "forward-reply": fc.record({ type: fc.constant("forward-reply"), ...anyForward }),
};

export const anyMessage: fc.Arbitrary<Message> = fc.oneof(...Object.values(MESSAGES));
