/**
 * The dot log of one partition on disk: (actor, counter) to row key, and the request ids that made the dots. Pointers
 * only, never values. It is what a peer that was away is sent by (rule 7), and what tells a retry from a new request
 * (rule 17). Who trims it raises the replica's floor in the same batch.
 */
import type { Actor, Dot } from "../causality/index.js";
import {
  type LogEntry,
  openRecord,
  RecordDamagedError,
  type RequestRecord,
  type RowKey,
  readLogEntry,
  sealRecord,
  writeLogEntry,
} from "../codec/index.js";
import {
  actorLogRange,
  dotOfLogKey,
  type GroupCommit,
  logKey,
  logRange,
  requestKey,
} from "../storage/index.js";

const UNREADABLE = Buffer.alloc(1);
const ENTRY_BYTES_GUESS = 128;
/** Key 19, version 1, actor 8, counter about 3, stamp 8, checksum 4. */
const REQUEST_RECORD_BYTES = 43;

export class DotLog {
  readonly #partition: number;
  readonly #commit: GroupCommit;
  #entryBytes = ENTRY_BYTES_GUESS;

  constructor(partition: number, commit: GroupCommit) {
    this.#partition = partition;
    this.#commit = commit;
  }

  /** What an entry takes on disk with its request id: a mean over those written last. */
  get entryBytes(): number {
    return this.#entryBytes;
  }

  add(actor: Actor, counter: number, entry: LogEntry): void {
    const key = logKey(this.#partition, actor, counter);
    const record = sealRecord(Buffer.from(key, "latin1"), (writer) => writeLogEntry(writer, entry));
    this.#commit.put(key, record);
    const idBytes = entry.requestId === undefined ? 0 : REQUEST_RECORD_BYTES;
    this.#entryBytes += (key.length + record.length + idBytes - this.#entryBytes) / 64;
    if (entry.requestId === undefined) return;
    const idKey = requestKey(this.#partition, entry.requestId);
    const sealed = sealRecord(Buffer.from(idKey, "latin1"), (writer) => {
      writer.actor(actor);
      writer.varint(counter + entry.following);
      writer.hlc(entry.hlc);
    });
    this.#commit.put(idKey, sealed);
  }

  /** What a durable dot points at; undefined when it was trimmed, or cannot be read. */
  read(actor: Actor, counter: number): LogEntry | undefined {
    const key = logKey(this.#partition, actor, counter);
    const record = this.#commit.readDurable(key);
    if (record === undefined) return undefined;
    try {
      return openRecord(Buffer.from(key, "latin1"), record, readLogEntry);
    } catch (error) {
      if (error instanceof RecordDamagedError) return undefined;
      throw error;
    }
  }

  /** At most `limit` dots that are on disk after one, in order, readable or not. Fewer: that was the rest. */
  scan(
    afterDot: Dot | undefined,
    limit: number,
    done: (error: Error | undefined, dots: Dot[]) => void,
  ): void {
    this.#commit.scanKeys(logRange(this.#partition, afterDot), limit, "durable", (error, keys) =>
      done(error, keys.map(dotOfLogKey)),
    );
  }

  /**
   * Removes the oldest entries of one actor from a counter on, at most `limit` and none above `upTo`, with the request
   * ids that they kept. Tells how many went, and up to which counter none is left.
   */
  trim(
    actor: Actor,
    from: number,
    upTo: number,
    limit: number,
    done: (error: Error | undefined, count: number, reached: number) => void,
  ): void {
    const range = actorLogRange(this.#partition, actor, from, upTo);
    this.#commit.scanKeys(range, limit, "durable", (error, keys) => {
      if (error !== undefined) return done(error, 0, 0);
      const counters = keys.map((key) => dotOfLogKey(key).counter);
      for (const counter of counters) this.#remove(actor, counter);
      done(undefined, keys.length, keys.length < limit ? upTo : (counters.at(-1) ?? upTo));
    });
  }

  /** The last dot that a request id made, durable or not; undefined when nothing is known of it. */
  findRequest(requestId: string): RequestRecord | "damaged" | undefined {
    const key = requestKey(this.#partition, requestId);
    const record = this.#commit.readPending(key);
    if (record === undefined) return undefined;
    try {
      return openRecord(Buffer.from(key, "latin1"), record, (reader) => ({
        actor: reader.actor(),
        counter: reader.varint(),
        hlc: reader.hlc(),
      }));
    } catch (error) {
      if (error instanceof RecordDamagedError) return "damaged";
      throw error;
    }
  }

  /**
   * A durable dot of this row is lost, and with it the write that made it: its request id goes. Of a write that made other
   * dots, which are not lost, what stays is a record that cannot be read: whether it was applied nobody can tell.
   */
  loseRequest(actor: Actor, counter: number, rowKey: RowKey): void {
    const entry = this.read(actor, counter);
    const requestId = entry?.requestId;
    if (entry?.rowKey !== rowKey || requestId === undefined) return;
    let first = counter;
    while (this.read(actor, first - 1)?.requestId === requestId) first--;
    const last = counter + entry.following;
    for (let part = first; part <= last; part++) {
      const known = this.read(actor, part);
      if (known !== undefined) this.add(actor, part, { ...known, requestId: undefined });
    }
    this.#commit.put(requestKey(this.#partition, requestId), first === last ? undefined : UNREADABLE);
  }

  #remove(actor: Actor, counter: number): void {
    const entry = this.read(actor, counter);
    this.#commit.put(logKey(this.#partition, actor, counter), undefined);
    const requestId = entry?.requestId;
    if (requestId !== undefined && entry?.following === 0)
      this.#commit.put(requestKey(this.#partition, requestId), undefined);
  }
}
