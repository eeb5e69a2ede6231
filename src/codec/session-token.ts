/**
 * The token of a session: for each partition that it touched the dots that it has seen and that not all replicas were
 * known to hold. Compact, because it goes with every request and into cookies: each actor is named once.
 *
 *     version 1 | count, actors: member, incarnation | count, partitions: number, count, dots: index of actor, counter
 */
import { type Actor, actorIncarnation, actorMember, actorOf, VersionVector } from "../causality/index.js";
import { ByteReader, ByteWriter, CodecError } from "./bytes.js";

/** By partition: no actor is closed in these. */
type SessionDots = ReadonlyMap<number, VersionVector>;

const TOKEN_VERSION = 1;
/** member 1 or more, incarnation 1 or more */
const ACTOR_BYTES_MIN = 2;
/** number 1, count 1 */
const PARTITION_BYTES_MIN = 2;
const DOT_BYTES_MIN = 2;

export function encodeSession(session: SessionDots): Buffer {
  const writer = new ByteWriter();
  writer.uint8(TOKEN_VERSION);
  const seen = [...session].filter(([, dots]) => dots.size > 0).sort(([a], [b]) => a - b);
  const actors = [...new Set(seen.flatMap(([, dots]) => dots.sorted().map(([actor]) => actor)))];
  writer.varint(actors.length);
  for (const actor of actors) {
    writer.member(actorMember(actor));
    writer.incarnation(actorIncarnation(actor));
  }
  writer.varint(seen.length);
  for (const [partition, dots] of seen) {
    writer.varint(partition);
    const entries = dots.sorted();
    writer.varint(entries.length);
    for (const [actor, counter] of entries) {
      writer.varint(actors.indexOf(actor));
      writer.varint(counter);
    }
  }
  return writer.take();
}

/** Throws `CodecError`. */
export function decodeSession(bytes: Buffer): Map<number, VersionVector> {
  const reader = new ByteReader(bytes);
  if (reader.uint8() !== TOKEN_VERSION) throw new CodecError("the session token is not one of this store");
  const actors: Actor[] = [];
  for (let left = reader.count(ACTOR_BYTES_MIN); left > 0; left--) actors.push(readActor(reader));
  const session = new Map<number, VersionVector>();
  for (let left = reader.count(PARTITION_BYTES_MIN); left > 0; left--)
    session.set(reader.varint(), readDots(reader, actors));
  reader.end();
  return session;
}

function readActor(reader: ByteReader): Actor {
  const member = reader.member();
  const incarnation = reader.incarnation();
  if (incarnation === 0) throw new CodecError("the session token names no actor");
  return actorOf(member, incarnation);
}

function readDots(reader: ByteReader, actors: readonly Actor[]): VersionVector {
  const dots = new VersionVector();
  for (let left = reader.count(DOT_BYTES_MIN); left > 0; left--) {
    const actor = actors[reader.varint()];
    const counter = reader.varint();
    if (actor === undefined || counter === 0) throw new CodecError("the session token names no dot");
    dots.raise(actor, counter);
  }
  return dots;
}
