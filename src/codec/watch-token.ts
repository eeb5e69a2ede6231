/**
 * The token that a watch goes on from: for each partition where in its log the watch is, and what beyond that it was
 * shown. Each actor is named once; one that stands for a closed member names the last incarnation that is closed.
 *
 *     version 1 | count, actors 8 | count, partitions: number, position, closed, seen
 *     position and seen: count, dots: index of actor, counter | closed: count, indexes of actors
 */
import { type Actor, actorIncarnation, actorMember, actorOf, VersionVector } from "../causality/index.js";
import { ByteReader, ByteWriter, CodecError } from "./bytes.js";

/** Where a watch is in one partition. */
export interface WatchPosition {
  /** All that these dots did was shown, or is of no interest to the watch. */
  readonly position: VersionVector;
  /** Dots beyond the position of which something was shown; no actor is closed in it. */
  readonly seen: VersionVector;
}

const TOKEN_VERSION = 1;
const ACTOR_BYTES = 8;
/** number 1, three counts */
const PARTITION_BYTES_MIN = 4;
const DOT_BYTES_MIN = 2;

export function encodeWatch(positions: ReadonlyMap<number, WatchPosition>): Buffer {
  const writer = new ByteWriter();
  const indexes = new Map<Actor, number>();
  const indexOf = (actor: Actor): number => {
    const index = indexes.get(actor) ?? indexes.size;
    indexes.set(actor, index);
    return index;
  };
  const writeDots = (dots: VersionVector): void => {
    const entries = dots.sorted();
    writer.varint(entries.length);
    for (const [actor, counter] of entries) {
      writer.varint(indexOf(actor));
      writer.varint(counter);
    }
  };
  for (const [partition, { position, seen }] of [...positions].sort(([a], [b]) => a - b)) {
    writer.varint(partition);
    writeDots(position);
    const closed = position.closed();
    writer.varint(closed.length);
    for (const [member, incarnation] of closed) writer.varint(indexOf(actorOf(member, incarnation)));
    writeDots(seen);
  }
  const head = new ByteWriter();
  head.uint8(TOKEN_VERSION);
  head.varint(indexes.size);
  for (const actor of indexes.keys()) head.actor(actor);
  head.varint(positions.size);
  head.raw(writer.take());
  return head.take();
}

/** Throws `CodecError`. */
export function decodeWatch(bytes: Buffer): Map<number, WatchPosition> {
  const reader = new ByteReader(bytes);
  if (reader.uint8() !== TOKEN_VERSION) throw new CodecError("the token is not one of this store");
  const actors: Actor[] = [];
  for (let left = reader.count(ACTOR_BYTES); left > 0; left--) actors.push(reader.actor());
  const positions = new Map<number, WatchPosition>();
  for (let left = reader.count(PARTITION_BYTES_MIN); left > 0; left--) {
    const partition = reader.varint();
    const position = readDots(reader, actors);
    for (let closed = reader.count(1); closed > 0; closed--) {
      const actor = readActor(reader, actors);
      position.close(actorMember(actor), actorIncarnation(actor));
    }
    positions.set(partition, { position, seen: readDots(reader, actors) });
  }
  reader.end();
  return positions;
}

function readDots(reader: ByteReader, actors: readonly Actor[]): VersionVector {
  const dots = new VersionVector();
  for (let left = reader.count(DOT_BYTES_MIN); left > 0; left--) {
    const actor = readActor(reader, actors);
    dots.raise(actor, reader.varint());
  }
  return dots;
}

function readActor(reader: ByteReader, actors: readonly Actor[]): Actor {
  const actor = actors[reader.varint()];
  if (actor === undefined) throw new CodecError("the token names no actor");
  return actor;
}
