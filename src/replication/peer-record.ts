/**
 * What the store keeps of a peer: since when it is away, and what it is known to hold. A restart of ours must neither
 * begin its window anew, nor take what it has acknowledged for hints that wait for it.
 */
import type { VersionVector } from "../causality/index.js";
import { openRecord, readVector, sealRecord, writeVector } from "../codec/index.js";
import { metaKey, type StoreKey } from "../storage/index.js";

export interface Absence {
  /** Wall clock, at the first loss. */
  readonly sinceMs: number;
  /** The log is no longer kept for it: it gets a full sync. */
  readonly isCut: boolean;
}

export interface PeerRecord {
  /** Undefined while it is not away. */
  readonly absence: Absence | undefined;
  /** What it is known to hold durably, by partition; it may hold more by now. */
  readonly clocks: ReadonlyMap<number, VersionVector>;
}

const IS_AWAY = 0x01;
const IS_CUT = 0x02;
/** partition 1, entries of its clock 1, what is closed in it 1 */
const CLOCK_BYTES_MIN = 3;

export function peerKey(member: number): StoreKey {
  return metaKey(`peer/${member}`);
}

export function sealPeer(member: number, { absence, clocks }: PeerRecord): Buffer {
  return sealRecord(Buffer.from(peerKey(member), "latin1"), (writer) => {
    writer.uint8((absence === undefined ? 0 : IS_AWAY) | (absence?.isCut === true ? IS_CUT : 0));
    if (absence !== undefined) writer.double(absence.sinceMs);
    writer.varint(clocks.size);
    for (const [partition, clock] of clocks) {
      writer.varint(partition);
      writeVector(writer, clock);
    }
  });
}

/** Throws `RecordDamagedError`. */
export function openPeer(member: number, bytes: Buffer): PeerRecord {
  return openRecord(Buffer.from(peerKey(member), "latin1"), bytes, (reader) => {
    const flags = reader.uint8();
    const isCut = (flags & IS_CUT) !== 0;
    const absence = (flags & IS_AWAY) === 0 ? undefined : { sinceMs: reader.double(), isCut };
    const clocks = new Map<number, VersionVector>();
    for (let left = reader.count(CLOCK_BYTES_MIN); left > 0; left--)
      clocks.set(reader.varint(), readVector(reader));
    return { absence, clocks };
  });
}
