/**
 * What the store keeps of a catch-up under way, written with the rows and pointers of each page: after a restart it goes
 * on behind the last page that is on disk, instead of from the beginning (riak_core#994).
 */
import { VersionVector } from "../causality/index.js";
import {
  checkedRowKey,
  openRecord,
  type RowKey,
  readVector,
  sealRecord,
  writeVector,
} from "../codec/index.js";
import { metaKey, type StoreKey } from "../storage/index.js";

export interface CatchUpRecord {
  /** Our clock when it began: without all of that the rest is worth nothing. */
  readonly begin: VersionVector;
  readonly target: VersionVector;
  readonly position: VersionVector;
  /** The full sync of the rows, while it is under way. */
  readonly rows: { readonly after: RowKey | undefined } | undefined;
  /** Where the source's log began, once a full sync was needed. */
  readonly floor: VersionVector | undefined;
  /** Rows that pointers came without, since they come with a later dot; undefined: nobody knows which. */
  readonly leftOut: ReadonlySet<RowKey> | undefined;
}

const HAS_ROWS = 0x01;
const HAS_ROWS_AFTER = 0x02;
const HAS_FLOOR = 0x04;
const HAS_LEFT_OUT = 0x08;
/** A row key has a byte for its length, and at least one more. */
const ROW_KEY_BYTES_MIN = 2;

export function catchUpKey(partition: number): StoreKey {
  return metaKey(`catch-up/${partition}`);
}

export function sealCatchUp(partition: number, record: CatchUpRecord): Buffer {
  return sealRecord(Buffer.from(catchUpKey(partition), "latin1"), (writer) => {
    const { begin, floor, leftOut, position, rows, target } = record;
    writer.uint8(
      (rows === undefined ? 0 : HAS_ROWS) |
        (rows?.after === undefined ? 0 : HAS_ROWS_AFTER) |
        (floor === undefined ? 0 : HAS_FLOOR) |
        (leftOut === undefined ? 0 : HAS_LEFT_OUT),
    );
    for (const vector of [begin, target, position, floor ?? NOTHING]) writeVector(writer, vector);
    if (rows?.after !== undefined) writer.latin1(rows.after);
    writer.varint(leftOut?.size ?? 0);
    for (const rowKey of leftOut ?? []) writer.latin1(rowKey);
  });
}

/** Throws `RecordDamagedError`. */
export function openCatchUp(partition: number, bytes: Buffer): CatchUpRecord {
  return openRecord(Buffer.from(catchUpKey(partition), "latin1"), bytes, (reader) => {
    const flags = reader.uint8();
    const [begin, target, position] = [readVector(reader), readVector(reader), readVector(reader)];
    const floor = readVector(reader);
    const after = (flags & HAS_ROWS_AFTER) === 0 ? undefined : checkedRowKey(reader.latin1());
    const leftOut = Array.from({ length: reader.count(ROW_KEY_BYTES_MIN) }, () =>
      checkedRowKey(reader.latin1()),
    );
    return {
      begin,
      target,
      position,
      rows: (flags & HAS_ROWS) === 0 ? undefined : { after },
      floor: (flags & HAS_FLOOR) === 0 ? undefined : floor,
      leftOut: (flags & HAS_LEFT_OUT) === 0 ? undefined : new Set(leftOut),
    };
  });
}

const NOTHING = new VersionVector();
