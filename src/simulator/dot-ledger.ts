/**
 * Every dot that was ever on a disk of the run, read from the batches that nodes write: the log entries tell what each
 * dot is, and which request it answered.
 */
import {
  type Actor,
  actorMember,
  formatDot,
  type Hlc,
  type VersionVector,
  ZERO_HLC,
} from "../causality/index.js";
import { readLogEntry } from "../codec/index.js";
import type { WorldObserver } from "../runtime/simulated/index.js";
import { dotOfLogKey, type StoreKey } from "../storage/index.js";
import { opened, partitionOf } from "./disk-record.js";

type Batch = Parameters<WorldObserver["batchWritten"]>[1];

interface LoggedDot {
  readonly partition: number;
  readonly actor: Actor;
  readonly counter: number;
  readonly hlc: Hlc;
  /** What the dot did, as its record without the checksum says it. */
  readonly content: string;
  readonly requestId: string | undefined;
  /** How many dots of the same request come right after this one. */
  readonly following: number;
}

export class DotLedger {
  readonly #dots = new Map<string, { readonly record: Buffer; readonly dot: LoggedDot }>();
  readonly #clashes: string[] = [];
  /** By request id and by the last dot of what it made: a dot of each. */
  readonly #byRequest = new Map<string, Map<string, LoggedDot>>();
  /** By node and partition: the highest stamp of what is on its disk. */
  readonly #stamps = new Map<string, Hlc>();
  readonly #lateStamps: string[] = [];

  /**
   * Takes the log entries out of a batch. Names the partitions of those that the node minted: an entry of its own that its
   * clock covered before is written anew, though nobody has heard of the batch that had it first.
   *
   * @param clockOf the last clock on the node's disk before the batch
   */
  batchWritten(
    node: number,
    batch: Batch,
    clockOf: (partition: number) => VersionVector | undefined,
  ): ReadonlySet<number> {
    const minted = new Set<number>();
    for (const { key, value } of batch) {
      if (key.charCodeAt(0) !== LOG_LETTER || value === undefined) continue;
      const known = this.#dots.get(key);
      const isKnown = known?.record.equals(value) === true;
      const dot = isKnown ? known.dot : readDot(key, value);
      if (dot === undefined) continue;
      const isHeld = clockOf(dot.partition)?.covers(dot.actor, dot.counter) === true;
      const isMinted = known === undefined && actorMember(dot.actor) === node && !isHeld;
      if (isMinted) minted.add(dot.partition);
      this.#addStamp(node, dot, isMinted);
      if (!isKnown) this.#add(key, value, dot, known?.dot);
    }
    return minted;
  }

  /** What a node's disk held may be gone from it. */
  diskLost(node: number): void {
    for (const place of [...this.#stamps.keys()])
      if (place.startsWith(`${node}/`)) this.#stamps.delete(place);
  }

  /** Dots that a node stamped below one that its disk held. */
  get lateStamps(): readonly string[] {
    return this.#lateStamps;
  }

  /** Dots of which two disks held different entries. */
  get clashes(): readonly string[] {
    return this.#clashes;
  }

  /** A dot of each time that a request id was applied, where that was more than once. */
  *appliedTwice(): Generator<{ readonly requestId: string; readonly dots: readonly LoggedDot[] }> {
    for (const [requestId, byLast] of this.#byRequest)
      if (byLast.size > 1) yield { requestId, dots: [...byLast.values()] };
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
    const byLast = this.#byRequest.get(dot.requestId) ?? new Map<string, LoggedDot>();
    const last = `${dot.partition}/${dot.actor}/${dot.counter + dot.following}`;
    this.#byRequest.set(dot.requestId, byLast.set(last, dot));
  }
}

const LOG_LETTER = "l".charCodeAt(0);

function readDot(key: string, record: Buffer): LoggedDot | undefined {
  const entry = opened(key, record, readLogEntry);
  if (entry === undefined) return undefined;
  const { actor, counter } = dotOfLogKey(key as StoreKey);
  const content = `${entry.hlc} ${JSON.stringify(entry.rowKey)}`;
  const partition = partitionOf(key);
  const { following, hlc, requestId } = entry;
  return { partition, actor, counter, hlc, content, requestId, following };
}

function inWords(dot: LoggedDot): string {
  return `dot ${formatDot(dot)} of partition ${dot.partition}`;
}
