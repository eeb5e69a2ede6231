/** Bytes of what replicas tell each other about themselves: clocks, and views of the membership. */
import type { ByteReader, ByteWriter } from "./bytes.js";
import { readVector, writeVector } from "./causal.js";
import type { ClockMessage, ViewMessage } from "./messages.js";

const IN_DOUBT = 0x01;
const HAS_ORPHANS = 0x02;

export function writeClock(writer: ByteWriter, message: ClockMessage): void {
  writer.varint(message.partition);
  writer.hlc(message.hlc);
  writeVector(writer, message.clock);
  writer.uint8((message.isInDoubt ? IN_DOUBT : 0) | (message.orphans === undefined ? 0 : HAS_ORPHANS));
  writer.varint(message.view);
  if (message.orphans !== undefined) writeVector(writer, message.orphans);
}

export function readClock(reader: ByteReader): ClockMessage {
  const partition = reader.varint();
  const hlc = reader.hlc();
  const clock = readVector(reader);
  const flags = reader.uint8();
  const view = reader.varint();
  const orphans = (flags & HAS_ORPHANS) === 0 ? undefined : readVector(reader);
  return { type: "clock", partition, hlc, clock, isInDoubt: (flags & IN_DOUBT) !== 0, view, orphans };
}

const LAYOUT_HASH_BYTES = 8;

/** member 1 or more, incarnation 1 or more */
const INCARNATION_BYTES_MIN = 2;
/** member 1 or more, number 1 or more */
const RELEASE_BYTES_MIN = 2;

export function writeView(writer: ByteWriter, message: ViewMessage): void {
  writer.varint(message.version);
  writer.varint(message.layoutVersion);
  writer.raw(Buffer.from(message.layoutHash, "hex"));
  writer.varint(message.incarnations.size);
  for (const [member, incarnation] of message.incarnations) {
    writer.member(member);
    writer.incarnation(incarnation);
  }
  writer.varint(message.kept.length);
  for (const partition of message.kept) writer.varint(partition);
  writer.varint(message.releases.size);
  for (const [member, number] of message.releases) {
    writer.member(member);
    writer.varint(number);
  }
}

export function readView(reader: ByteReader): ViewMessage {
  const version = reader.varint();
  const layoutVersion = reader.varint();
  const layoutHash = reader.raw(LAYOUT_HASH_BYTES).toString("hex");
  const incarnations = new Map<number, number>();
  for (let left = reader.count(INCARNATION_BYTES_MIN); left > 0; left--)
    incarnations.set(reader.member(), reader.incarnation());
  const kept: number[] = [];
  for (let left = reader.count(1); left > 0; left--) kept.push(reader.varint());
  const releases = new Map<number, number>();
  for (let left = reader.count(RELEASE_BYTES_MIN); left > 0; left--)
    releases.set(reader.member(), reader.varint());
  return { type: "view", version, layoutVersion, layoutHash, incarnations, kept, releases };
}
