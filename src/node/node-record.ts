/** What the store keeps about the node as a whole: whose folder it is, and how far it got. */
import { type Hlc, ZERO_HLC } from "../causality/index.js";
import { type ByteReader, type ByteWriter, openRecord, sealRecord } from "../codec/index.js";
import type { Store } from "../runtime/index.js";
import { metaKey, type StoreKey } from "../storage/index.js";
import { decodeLayout, encodeLayout, type Layout } from "../topology/index.js";

/** Raised when the key layout or a record changes in a way that older code cannot read. */
export const FORMAT_VERSION = 2;

/** Written once, when the folder is first used. */
export interface Identity {
  readonly formatVersion: number;
  readonly clusterId: string;
  readonly nodeId: string;
  readonly number: number;
  readonly partitionCount: number;
}

/** Part of every batch. */
export interface Progress {
  readonly incarnation: number;
  readonly batches: number;
  /** The highest stamp given out or observed: a new one must lie above it (rule 9). */
  readonly hlc: Hlc;
}

export const IDENTITY_KEY = metaKey("identity");
export const PROGRESS_KEY = metaKey("progress");
/** The newest layout that the node was told of, or made; absent while it is as configured. */
export const LAYOUT_KEY = metaKey("layout");

export function incarnationKey(member: number): StoreKey {
  return metaKey(`incarnation/${member}`);
}

export function sealIdentity(identity: Identity): Buffer {
  return sealRecord(bytesOf(IDENTITY_KEY), (writer) => {
    writer.varint(identity.formatVersion);
    writer.bytes(Buffer.from(identity.clusterId));
    writer.bytes(Buffer.from(identity.nodeId));
    writer.member(identity.number);
    writer.varint(identity.partitionCount);
  });
}

export function sealProgress(progress: Progress): Buffer {
  return sealRecord(bytesOf(PROGRESS_KEY), (writer) => {
    writer.incarnation(progress.incarnation);
    writer.varint(progress.batches);
    writer.hlc(progress.hlc);
  });
}

export function sealIncarnation(member: number, incarnation: number): Buffer {
  return sealRecord(bytesOf(incarnationKey(member)), (writer: ByteWriter) => writer.incarnation(incarnation));
}

export function sealLayout(layout: Layout): Buffer {
  return sealRecord(bytesOf(LAYOUT_KEY), (writer) => writer.bytes(encodeLayout(layout)));
}

/** Throws `RecordDamagedError`. */
export function readStoredLayout(store: Store): Layout | undefined {
  return read(store, LAYOUT_KEY, (reader) => decodeLayout(reader.bytes()));
}

/** Undefined in a new folder. Throws `RecordDamagedError`. */
export function readIdentity(store: Store): Identity | undefined {
  return read(store, IDENTITY_KEY, (reader) => ({
    formatVersion: reader.varint(),
    clusterId: reader.bytes().toString("utf8"),
    nodeId: reader.bytes().toString("utf8"),
    number: reader.member(),
    partitionCount: reader.varint(),
  }));
}

/** Throws `RecordDamagedError`. */
export function readProgress(store: Store): Progress {
  const progress = read(store, PROGRESS_KEY, (reader) => ({
    incarnation: reader.incarnation(),
    batches: reader.varint(),
    hlc: reader.hlc(),
  }));
  return progress ?? { incarnation: 0, batches: 0, hlc: ZERO_HLC };
}

/** 0 for a member never met. Throws `RecordDamagedError`. */
export function readIncarnation(store: Store, member: number): number {
  return read(store, incarnationKey(member), (reader) => reader.incarnation()) ?? 0;
}

function read<T>(store: Store, key: StoreKey, body: (reader: ByteReader) => T): T | undefined {
  const record = store.get(bytesOf(key));
  return record === undefined ? undefined : openRecord(bytesOf(key), record, body);
}

function bytesOf(key: StoreKey): Buffer {
  return Buffer.from(key, "latin1");
}
