/**
 * The token of a session: for each partition that it touched the dots that it has seen and that not all replicas were
 * known to hold. Compact, because it goes with every request and into cookies: each actor is named once.
 *
 *     version 1 | count, actors: member, incarnation | count, partitions: number, count, dots: index of actor, counter |
 *     mark of the cluster 4
 *
 * What has seen nothing is of no cluster, and has no mark.
 */
import { type Actor, actorIncarnation, actorMember, actorOf, VersionVector } from "../causality/index.js";
import { ByteReader, ByteWriter, CodecError } from "./bytes.js";

/** By partition: no actor is closed in these. */
type SessionDots = ReadonlyMap<number, VersionVector>;

const TOKEN_VERSION = 1;
const MARK_BYTES = 4;
/** Of what has seen nothing. */
const EMPTY_BYTES = 3;
/** member 1 or more, incarnation 1 or more */
const ACTOR_BYTES_MIN = 2;
/** number 1, count 1 */
const PARTITION_BYTES_MIN = 2;
const DOT_BYTES_MIN = 2;

/** @param cluster its mark */
export function encodeSession(session: SessionDots, cluster: number): Buffer {
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
  if (seen.length > 0) writer.uint32(cluster);
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
  if (bytes.length > EMPTY_BYTES) reader.uint32();
  reader.end();
  return session;
}

/** The mark of the cluster that a token is of, if it can be decoded; undefined: it has seen nothing. */
export function clusterOfSession(bytes: Buffer): number | undefined {
  return bytes.length > EMPTY_BYTES ? bytes.readUInt32BE(bytes.length - MARK_BYTES) : undefined;
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
