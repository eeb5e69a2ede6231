/**
 * Every dot that was ever on a disk of the run, read from the batches that nodes write: the log entries tell what each
 * dot is, and which request it answered.
 */
import { type Actor, actorMember, formatDot, type Hlc, VersionVector, ZERO_HLC } from "../causality/index.js";
import { openRecord, RecordDamagedError, readLogEntry, readPartition } from "../codec/index.js";
import type { WorldObserver } from "../runtime/simulated/index.js";
import { dotOfLogKey, partitionKey, type StoreKey } from "../storage/index.js";

type Batch = Parameters<WorldObserver["batchWritten"]>[1];

interface LoggedDot {
  readonly partition: number;
  readonly actor: Actor;
  readonly counter: number;
  readonly hlc: Hlc;
  /** What the dot did, as its record without the checksum says it. */
  readonly content: string;
  readonly requestId: string | undefined;
}

export class DotLedger {
  readonly #dots = new Map<string, { readonly record: Buffer; readonly dot: LoggedDot }>();
  readonly #clashes: string[] = [];
  readonly #byRequest = new Map<string, Set<string>>();
  /** By node and partition: every clock that was ever on its disk, joined. */
  readonly #clocks = new Map<string, VersionVector>();
  /** By node and partition: the highest stamp of what is on its disk. */
  readonly #stamps = new Map<string, Hlc>();
  readonly #lateStamps: string[] = [];

  /** Takes clocks and log entries out of a batch. Says whether the node minted one of them. */
  batchWritten(node: number, batch: Batch): boolean {
    let hasMinted = false;
    for (const { key, value } of batch) {
      if (key.charCodeAt(0) === PARTITION_LETTER && value !== undefined) this.#addClock(node, key, value);
      if (key.charCodeAt(0) !== LOG_LETTER || value === undefined) continue;
      const known = this.#dots.get(key);
      const isKnown = known?.record.equals(value) === true;
      const dot = isKnown ? known.dot : readDot(key, value);
      if (dot === undefined) continue;
      const isMinted = known === undefined && actorMember(dot.actor) === node;
      hasMinted ||= isMinted;
      this.#addStamp(node, dot, isMinted);
      if (!isKnown) this.#add(key, value, dot, known?.dot);
    }
    return hasMinted;
  }

  /** A node started on what its disk holds: also batches of which it never heard what became of them. */
  started(node: number, partitions: number, read: (key: StoreKey) => Buffer | undefined): void {
    for (let partition = 0; partition < partitions; partition++) {
      const key = partitionKey(partition);
      const record = read(key);
      if (record !== undefined) this.#addClock(node, key, record);
    }
  }

  /** What a node's disk held may be gone from it. */
  diskLost(node: number): void {
    for (const place of [...this.#stamps.keys()])
      if (place.startsWith(`${node}/`)) this.#stamps.delete(place);
  }

  /** How many nodes ever had a clock on their disk that covers the dot. */
  holdersOf(partition: number, actor: Actor, counter: number): number {
    let holders = 0;
    for (const [place, clock] of this.#clocks)
      if (place.endsWith(`/${partition}`) && clock.covers(actor, counter)) holders++;
    return holders;
  }

  /** Dots that a node stamped below one that its disk held. */
  get lateStamps(): readonly string[] {
    return this.#lateStamps;
  }

  /** Dots of which two disks held different entries. */
  get clashes(): readonly string[] {
    return this.#clashes;
  }

  /** The dots of each request id that made more than one. */
  *appliedTwice(): Generator<{ readonly requestId: string; readonly dots: readonly LoggedDot[] }> {
    for (const [requestId, keys] of this.#byRequest)
      if (keys.size > 1)
        yield { requestId, dots: [...keys].flatMap((key) => this.#dots.get(key)?.dot ?? []) };
  }

  #addClock(node: number, key: string, record: Buffer): void {
    const clock = readClock(key, record);
    const place = `${node}/${partitionOf(key)}`;
    const known = this.#clocks.get(place) ?? new VersionVector();
    this.#clocks.set(place, known);
    if (clock !== undefined) known.join(clock);
  }

  #addStamp(node: number, dot: LoggedDot, isMinted: boolean): void {
    const place = `${node}/${dot.partition}`;
    const highest = this.#stamps.get(place) ?? ZERO_HLC;
    if (isMinted && dot.hlc <= highest)
      this.#lateStamps.push(`${inWords(dot)} has stamp ${dot.hlc}, and its node held ${highest} before`);
    if (dot.hlc > highest) this.#stamps.set(place, dot.hlc);
  }

  #add(key: string, record: Buffer, dot: LoggedDot, known: LoggedDot | undefined): void {
    if (known === undefined) this.#dots.set(key, { record: Buffer.from(record), dot });
    else if (known.content !== dot.content)
      this.#clashes.push(`${inWords(dot)} is ${dot.content} here and ${known.content} there`);
    if (dot.requestId === undefined) return;
    const keys = this.#byRequest.get(dot.requestId) ?? new Set<string>();
    this.#byRequest.set(dot.requestId, keys.add(key));
  }
}

const LOG_LETTER = "l".charCodeAt(0);
const PARTITION_LETTER = "p".charCodeAt(0);

function partitionOf(key: string): number {
  return key.charCodeAt(1) * 256 + key.charCodeAt(2);
}

function readClock(key: string, record: Buffer): VersionVector | undefined {
  try {
    return openRecord(Buffer.from(key, "latin1"), record, readPartition).clock;
  } catch (error) {
    if (error instanceof RecordDamagedError) return undefined;
    throw error;
  }
}

function readDot(key: string, record: Buffer): LoggedDot | undefined {
  try {
    const entry = openRecord(Buffer.from(key, "latin1"), record, readLogEntry);
    const { actor, counter } = dotOfLogKey(key as StoreKey);
    const content = `${entry.hlc} ${JSON.stringify(entry.rowKey)}`;
    const partition = partitionOf(key);
    return { partition, actor, counter, hlc: entry.hlc, content, requestId: entry.requestId };
  } catch (error) {
    if (error instanceof RecordDamagedError) return undefined;
    throw error;
  }
}

function inWords(dot: LoggedDot): string {
  return `dot ${formatDot(dot)} of partition ${dot.partition}`;
}
