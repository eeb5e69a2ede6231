/**
 * Every copy of a delta that a fallback ever had on its disk (rule 15), read from the batches that nodes write; and those
 * that it gave up before the replica they were for had the delta.
 */
import { type Dot, formatDot } from "../causality/index.js";
import { type RowKey, readDelta, readPartition, readRow } from "../codec/index.js";
import type { WorldObserver } from "../runtime/simulated/index.js";
import { copyAddressOf, metaKey, partitionKey, rowStoreKey, type StoreKey } from "../storage/index.js";
import { decodeLayout } from "../topology/index.js";
import { opened } from "./disk-record.js";

type Batch = Parameters<WorldObserver["batchWritten"]>[1];

interface Copy {
  readonly partition: number;
  readonly dot: Dot;
  readonly rowKey: RowKey;
  readonly home: number;
}

/** What lies under a key on a node's disk now. */
type Peek = (node: number, key: StoreKey) => Buffer | undefined;

export class CopyLedger {
  readonly #peek: Peek;
  readonly #nodes: readonly number[];
  /** By dot: who ever held a copy of it. */
  readonly #holders = new Map<string, Set<number>>();
  /** By node and store key. */
  readonly #copies = new Map<string, Copy>();
  readonly #lost = new Set<number>();
  readonly #early: string[] = [];

  /** @param nodes all, by number */
  constructor(nodes: readonly number[], peek: Peek) {
    this.#nodes = nodes;
    this.#peek = peek;
  }

  batchWritten(node: number, batch: Batch): void {
    for (const { key, value } of batch) {
      if (!key.startsWith("h")) continue;
      if (value === undefined) this.#remove(node, key);
      else this.#add(node, key as StoreKey, value);
    }
  }

  /** What a node's disk held may be gone from it: of what was to come home there nothing is said any more. */
  diskLost(node: number): void {
    this.#lost.add(node);
  }

  /** How many nodes ever had a copy of the dot on their disk. */
  holdersOf(partition: number, dot: Dot): number {
    return this.#holders.get(nameOf(partition, dot))?.size ?? 0;
  }

  /** Copies that were given up before they were home. */
  get early(): readonly string[] {
    return this.#early;
  }

  #add(node: number, key: StoreKey, value: Buffer): void {
    const delta = opened(key, value, readDelta);
    if (delta === undefined) return;
    const { rowKey } = delta;
    const { actor, counter, home, partition } = copyAddressOf(key);
    const dot = { actor, counter };
    const name = nameOf(partition, dot);
    this.#holders.set(name, (this.#holders.get(name) ?? new Set()).add(node));
    this.#copies.set(`${node}/${key}`, { partition, dot, rowKey, home });
  }

  #remove(node: number, key: string): void {
    const copy = this.#copies.get(`${node}/${key}`);
    this.#copies.delete(`${node}/${key}`);
    if (copy === undefined || this.#lost.has(copy.home) || this.#isHome(node, copy)) return;
    this.#early.push(
      `node ${node} gives up its copy of ${formatDot(copy.dot)} of partition ${copy.partition}, and node ${copy.home}, for which it was, does not have it`,
    );
  }

  /** Who is no member any more needs none; then it goes to another replica. */
  #isHome(fallback: number, copy: Copy): boolean {
    if (this.#has(copy.home, copy)) return true;
    const record = this.#peek(fallback, LAYOUT_KEY);
    const layout = record && opened(LAYOUT_KEY, record, (reader) => decodeLayout(reader.bytes()));
    const isMember = layout?.members.some(({ number }) => number === copy.home) ?? true;
    return !isMember && this.#nodes.some((node) => this.#has(node, copy));
  }

  /** Its row shows the dot, or knows that it is gone. */
  #has(node: number, { partition, dot, rowKey }: Copy): boolean {
    const { actor, counter } = dot;
    const clock = this.#read(node, partitionKey(partition), readPartition)?.clock;
    if (clock?.covers(actor, counter) === true) return true;
    const row = this.#read(node, rowStoreKey(partition, rowKey), readRow);
    return row?.ahead.covers(actor, counter) === true;
  }

  #read<T>(node: number, key: StoreKey, read: Parameters<typeof opened<T>>[2]): T | undefined {
    const record = this.#peek(node, key);
    return record && opened(key, record, read);
  }
}

const LAYOUT_KEY = metaKey("layout");

function nameOf(partition: number, dot: Dot): string {
  return `${partition}/${formatDot(dot)}`;
}
