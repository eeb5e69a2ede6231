/**
 * Every dot that was ever on a disk of the run, read from the batches that nodes write: the log entries tell what each
 * dot is, and which request it answered.
 */
import { type Actor, actorMember, formatDot } from "../causality/index.js";
import { openRecord, RecordDamagedError, readLogEntry } from "../codec/index.js";
import type { WorldObserver } from "../runtime/simulated/index.js";
import { dotOfLogKey, type StoreKey } from "../storage/index.js";

type Batch = Parameters<WorldObserver["batchWritten"]>[1];

interface LoggedDot {
  readonly partition: number;
  readonly actor: Actor;
  readonly counter: number;
  /** What the dot did, as its record without the checksum says it. */
  readonly content: string;
  readonly requestId: string | undefined;
}

export class DotLedger {
  readonly #dots = new Map<string, { readonly record: Buffer; readonly dot: LoggedDot }>();
  readonly #clashes: string[] = [];
  readonly #byRequest = new Map<string, Set<string>>();

  /** Takes the log entries out of a batch. Says whether the node minted one of them. */
  batchWritten(node: number, batch: Batch): boolean {
    let hasMinted = false;
    for (const { key, value } of batch) {
      if (key.charCodeAt(0) !== LOG_LETTER || value === undefined) continue;
      const known = this.#dots.get(key);
      if (known?.record.equals(value) === true) continue;
      const dot = readDot(key, value);
      if (dot === undefined) continue;
      if (known === undefined && actorMember(dot.actor) === node) hasMinted = true;
      this.#add(key, value, dot, known?.dot);
    }
    return hasMinted;
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

function readDot(key: string, record: Buffer): LoggedDot | undefined {
  try {
    const entry = openRecord(Buffer.from(key, "latin1"), record, readLogEntry);
    const { actor, counter } = dotOfLogKey(key as StoreKey);
    const content = `${entry.hlc} ${JSON.stringify(entry.rowKey)}`;
    const partition = key.charCodeAt(1) * 256 + key.charCodeAt(2);
    return { partition, actor, counter, content, requestId: entry.requestId };
  } catch (error) {
    if (error instanceof RecordDamagedError) return undefined;
    throw error;
  }
}

function inWords(dot: LoggedDot): string {
  return `dot ${formatDot(dot)} of partition ${dot.partition}`;
}
