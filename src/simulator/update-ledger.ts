/**
 * Every dot that an update of a compound minted, and what its coordinator had seen by then, read from the batches that nodes
 * write. That is the history of a row with its order of before and after, from which follows what the row may show.
 */
import { type Actor, actorMember, type Covers, type Hlc, VersionVector } from "../causality/index.js";
import { type RowKey, readLogEntry, readPartition, readRow } from "../codec/index.js";
import type { WorldObserver } from "../runtime/simulated/index.js";
import { dotOfLogKey, partitionKey, rowStoreKey, type StoreKey } from "../storage/index.js";
import { compoundKeyOf, rowNamed } from "./compounds.js";
import { opened, partitionOf } from "./disk-record.js";

type Batch = Parameters<WorldObserver["batchWritten"]>[1];

export interface UpdateDot {
  readonly actor: Actor;
  readonly counter: number;
  readonly hlc: Hlc;
  readonly requestId: string;
  /** The name of its key. */
  readonly key: string;
  /** As `rowNamed` says it. */
  readonly row: string;
  /** What its coordinator had seen for certain: its disk said so before the batch. */
  readonly before: Covers;
  /** More it had not seen: what its disk says with the batch. */
  readonly within: Covers;
}

/** The last clock on the disk of a node. */
type ClockOf = (node: number, partition: number) => VersionVector | undefined;

export class UpdateLedger {
  readonly #known = new Set<string>();
  readonly #byRequest = new Map<string, UpdateDot[]>();
  /** By key, then by row. */
  readonly #byKey = new Map<string, Map<string, UpdateDot[]>>();

  /** To be called before the batch shows in what `clockOf` says. */
  batchWritten(node: number, batch: Batch, clockOf: ClockOf): void {
    for (const { key, value } of batch) {
      if (!key.startsWith("l") || value === undefined || this.#known.has(key)) continue;
      const { actor, counter } = dotOfLogKey(key as StoreKey);
      this.#known.add(key);
      const entry = opened(key, value, readLogEntry);
      const name = entry?.rowKey === undefined ? undefined : compoundKeyOf(entry.rowKey);
      // Without a request id nobody changed anything: a row was announced again.
      if (name === undefined || entry?.rowKey === undefined || entry.requestId === undefined) continue;
      const partition = partitionOf(key);
      // Of a batch whose writer never heard that it reached the disk nothing is known.
      const isByMinter = actorMember(actor) === node;
      this.#add({
        actor,
        counter,
        hlc: entry.hlc,
        requestId: entry.requestId,
        key: name,
        row: rowNamed(entry.rowKey),
        before: isByMinter ? (clockOf(node, partition)?.copy() ?? NOTHING) : NOTHING,
        within: isByMinter ? contextIn(batch, partition, entry.rowKey) : EVERYTHING,
      });
    }
  }

  /** In the order in which they were minted. */
  dotsOf(requestId: string): readonly UpdateDot[] {
    return this.#byRequest.get(requestId) ?? [];
  }

  /** Of one key, by row. */
  rowsOf(key: string): ReadonlyMap<string, readonly UpdateDot[]> {
    return this.#byKey.get(key) ?? new Map();
  }

  #add(dot: UpdateDot): void {
    const rows = this.#byKey.get(dot.key) ?? new Map<string, UpdateDot[]>();
    this.#byKey.set(dot.key, rows);
    append(rows, dot.row, dot);
    append(this.#byRequest, dot.requestId, dot);
  }
}

function append(lists: Map<string, UpdateDot[]>, name: string, dot: UpdateDot): void {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  list.push(dot);
}

const NOTHING: Covers = new VersionVector();
const EVERYTHING: Covers = { covers: () => true };

/** All that the coordinator may have known of the row when it compiled one of the batch's changes. */
function contextIn(batch: Batch, partition: number, rowKey: RowKey): Covers {
  const clock = recordIn(batch, partitionKey(partition), readPartition)?.clock;
  const ahead = recordIn(batch, rowStoreKey(partition, rowKey), readRow)?.ahead;
  return {
    covers: (actor, counter) =>
      clock?.covers(actor, counter) === true || ahead?.covers(actor, counter) === true,
  };
}

function recordIn<T>(batch: Batch, key: string, read: Parameters<typeof opened<T>>[2]): T | undefined {
  const record = batch.find((write) => write.key === key)?.value;
  return record && opened(key, record, read);
}
