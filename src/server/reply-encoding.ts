/** Turns outcomes of the node into the messages of the wire. */
import { ZERO_HLC } from "../causality/index.js";
import { ValueEncoding } from "../crdt/index.js";
import type { Failure, Outcome, ReadValue } from "../replication/index.js";
import type { Layout } from "../topology/index.js";
import type { kv } from "../wire/index.js";
import { internalFailure } from "./failure.js";

export type ReadOutcome = Extract<Outcome, { kind: "read" }>;
export type WriteOutcome = Extract<Outcome, { kind: "written" }>;

const ENCODINGS: Readonly<Record<ValueEncoding, kv.ValueEncoding>> = {
  [ValueEncoding.bytes]: "VALUE_ENCODING_UNSPECIFIED",
  [ValueEncoding.text]: "VALUE_ENCODING_TEXT",
  [ValueEncoding.msgpack]: "VALUE_ENCODING_MSGPACK",
  [ValueEncoding.json]: "VALUE_ENCODING_JSON",
};

/** `header` is null for the items of a batch: the batch has one. */
export function encodeRead(outcome: ReadOutcome, header: kv.ReplyHeader | null): kv.GetResponse {
  let highest = ZERO_HLC;
  for (const value of outcome.values) if (value.hlc > highest) highest = value.hlc;
  return {
    header,
    found: outcome.values.length > 0,
    values: outcome.values.map(encodeValue),
    context: outcome.context,
    hlc: highest.toString(),
  };
}

export function encodePut(outcome: WriteOutcome, header: kv.ReplyHeader | null): kv.PutResponse {
  return {
    header,
    hlc: outcome.hlc.toString(),
    context: outcome.context,
    acksReceived: outcome.acksReceived,
    fallbackAcks: outcome.fallbackAcks,
  };
}

export function encodeDelete(outcome: WriteOutcome, header: kv.ReplyHeader | null): kv.DeleteResponse {
  const { acksReceived, fallbackAcks } = outcome;
  return { header, hlc: outcome.hlc.toString(), acksReceived, fallbackAcks };
}

/** The outcome of a read, or the failure that it is. */
export function expectRead(outcome: Outcome): ReadOutcome | Failure {
  return outcome.kind === "written" ? internalFailure("a read ended as a write") : outcome;
}

/** The outcome of a write, or the failure that it is. */
export function expectWritten(outcome: Outcome): WriteOutcome | Failure {
  return outcome.kind === "read" ? internalFailure("a write ended as a read") : outcome;
}

export function encodeLayout(layout: Layout): kv.Layout {
  return {
    version: layout.version,
    clusterId: layout.clusterId,
    partitionCount: layout.partitionCount,
    members: layout.members.map((member) => ({ ...member })),
    replicaSets: layout.replicaSets.map((members) => ({ members: [...members] })),
  };
}

function encodeValue(value: ReadValue): kv.Value {
  return { data: value.data, encoding: ENCODINGS[value.encoding], hlc: value.hlc.toString() };
}
