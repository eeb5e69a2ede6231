/** What the store keeps of a peer that is away: since when. A restart of ours must not begin its window anew. */
import { openRecord, sealRecord } from "../codec/index.js";
import { metaKey, type StoreKey } from "../storage/index.js";

export interface AwayRecord {
  /** Wall clock, at the first loss. */
  readonly sinceMs: number;
  /** The log is no longer kept for it: it gets a full sync. */
  readonly isCut: boolean;
}

export function awayKey(member: number): StoreKey {
  return metaKey(`away/${member}`);
}

export function sealAway(member: number, record: AwayRecord): Buffer {
  return sealRecord(Buffer.from(awayKey(member), "latin1"), (writer) => {
    writer.double(record.sinceMs);
    writer.uint8(record.isCut ? 1 : 0);
  });
}

/** Throws `RecordDamagedError`. */
export function openAway(member: number, bytes: Buffer): AwayRecord {
  return openRecord(Buffer.from(awayKey(member), "latin1"), bytes, (reader) => ({
    sinceMs: reader.double(),
    isCut: reader.uint8() === 1,
  }));
}
