/** Turns outcomes of the node into the messages of the wire. */
import { ZERO_HLC } from "../causality/index.js";
import { decodeRowKey, leafOf, type RowKey } from "../codec/index.js";
import { DataType, type Reading, type ShownValue, ValueEncoding } from "../crdt/index.js";
import type { Failure, Outcome, PageRow } from "../replication/index.js";
import type { Layout } from "../topology/index.js";
import type { kv } from "../wire/index.js";
import type { Counted } from "./counting.js";
import { internalFailure } from "./failure.js";

export type ReadOutcome = Extract<Outcome, { kind: "read" | "counter" | "flag" | "page" }>;
export type WriteOutcome = Extract<Outcome, { kind: "written" }>;

const ENCODINGS: Readonly<Record<ValueEncoding, kv.ValueEncoding>> = {
  [ValueEncoding.bytes]: "VALUE_ENCODING_UNSPECIFIED",
  [ValueEncoding.text]: "VALUE_ENCODING_TEXT",
  [ValueEncoding.msgpack]: "VALUE_ENCODING_MSGPACK",
  [ValueEncoding.json]: "VALUE_ENCODING_JSON",
};

/** `header` is null for the items of a batch: the batch has one. */
export function encodeRead(outcome: ReadOutcome, header: kv.ReplyHeader | null): kv.GetResponse {
  switch (outcome.kind) {
    case "read": {
      let highest = ZERO_HLC;
      for (const value of outcome.values) if (value.hlc > highest) highest = value.hlc;
      const values = outcome.values.map(encodeValue);
      return { header, found: values.length > 0, values, context: outcome.context, hlc: highest.toString() };
    }
    case "counter":
      return {
        header,
        found: outcome.isFound,
        counter: outcome.value.toString(),
        expiresAtMs: outcome.expiresAtMs,
      };
    case "flag":
      return {
        header,
        found: outcome.isEnabled,
        flag: outcome.isEnabled,
        expiresAtMs: outcome.expiresAtMs,
      };
    case "page":
      return {
        header,
        found: outcome.rows.length > 0,
        elements: outcome.rows.map(encodeElement),
        nextPageToken: pageToken(outcome.upTo),
      };
  }
}

export function encodeCounted({ count, upTo }: Counted, header: kv.ReplyHeader): kv.GetResponse {
  return { header, found: count > 0, cardinality: count, nextPageToken: pageToken(upTo) };
}

/** Empty: there is nothing behind it. */
function pageToken(upTo: RowKey | undefined): Buffer {
  return Buffer.from(upTo ?? "", "latin1");
}

export function encodeScanRow({ context, reading, rowKey }: PageRow): kv.ScanRow {
  const { key } = decodeRowKey(rowKey);
  return { key, context, ...encodeReading(reading) };
}

/** A set's row has one part, the member; what it is else, its own element says. */
export function encodeElement({ rowKey, reading }: PageRow): kv.Element {
  const { element } = decodeRowKey(rowKey);
  const [only] = element;
  if (element.length === 1 && only !== undefined)
    return { member: only, type: "DATA_TYPE_SET", ...encodeReading(reading) };
  const { path, type, member } = leafOf(element);
  return {
    path: [...path],
    type: LEAF_TYPES[type],
    ...(member === undefined ? {} : { member }),
    ...encodeReading(reading),
  };
}

const LEAF_TYPES = {
  [DataType.register]: "DATA_TYPE_REGISTER",
  [DataType.counter]: "DATA_TYPE_COUNTER",
  [DataType.flag]: "DATA_TYPE_FLAG",
  [DataType.set]: "DATA_TYPE_SET",
} as const;

export function encodeReading(
  reading: Reading,
): Pick<kv.Element, "values" | "counter" | "flag" | "expiresAtMs"> {
  switch (reading.kind) {
    case "values":
      return { values: reading.values.map(encodeValue) };
    case "counter":
      return { counter: reading.value.toString(), expiresAtMs: reading.expiresAtMs };
    case "flag":
      return { flag: reading.isEnabled, expiresAtMs: reading.expiresAtMs };
  }
}

export function encodeUpdate(outcome: WriteOutcome, header: kv.ReplyHeader | null): kv.UpdateResponse {
  const { acksReceived, fallbackAcks } = outcome;
  return { header, hlc: outcome.hlc.toString(), acksReceived, fallbackAcks };
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
  if (outcome.kind === "written" || outcome.kind === "failed") return outcome;
  return internalFailure("a write ended as a read");
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

function encodeValue(value: ShownValue): kv.Value {
  return {
    data: value.data,
    encoding: ENCODINGS[value.encoding],
    hlc: value.hlc.toString(),
    expiresAtMs: value.expiresAtMs,
  };
}
