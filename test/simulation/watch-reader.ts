/** Who reads watches of a simulated cluster: goes on from its token at another node, and remembers what it was shown. */
import { decodeRowKey, decodeWatch, type RowKeyRange, rowKeysOfBucket } from "../../src/codec/index.js";
import { DataType } from "../../src/crdt/index.js";
import type { Failure, WatchChange, WatchHandle } from "../../src/replication/index.js";
import type { SimulatedCluster } from "../../src/simulator/index.js";

const NOTHING: Buffer = Buffer.alloc(0);

export function rangeOf(prefix: string): RowKeyRange {
  const keys = { prefix: Buffer.from(prefix), start: NOTHING, end: undefined };
  return rowKeysOfBucket(DataType.register, "b", keys, false);
}

export class WatchReader {
  readonly #cluster: SimulatedCluster;
  readonly #range: RowKeyRange;
  readonly changes: WatchChange[] = [];
  /** Key to the value that was shown last; undefined: deleted. */
  readonly shown = new Map<string, string | undefined>();
  /** Key to all that was shown of it, in order. */
  readonly history = new Map<string, (string | undefined)[]>();
  failure: Failure | undefined;
  hasBegun = false;
  /** Takes no further page while it is false. */
  isReading = true;
  /** The most changes that came at once. */
  pageMax = 0;
  #handle: WatchHandle | undefined;
  #isPulled = false;
  #token = NOTHING;

  constructor(cluster: SimulatedCluster, prefix = "k") {
    this.#cluster = cluster;
    this.#range = rangeOf(prefix);
  }

  get token(): Buffer {
    // Before a watch has begun, it goes on from where it was to go on.
    if (this.hasBegun && this.#handle !== undefined) this.#token = this.#handle.token();
    return this.#token;
  }

  get handle(): WatchHandle {
    if (this.#handle === undefined) throw new Error("nothing is watched");
    return this.#handle;
  }

  /** Begins at a node, or goes on there from a token. */
  watch(nodeId: string, token?: Buffer): void {
    this.#handle?.close();
    this.failure = undefined;
    this.hasBegun = false;
    this.#isPulled = false;
    const { view } = this.#cluster;
    const partitions = Array.from({ length: view.layout.partitionCount }, (_, partition) => partition);
    const from = token === undefined ? undefined : decodeWatch(token);
    const handle = this.#cluster.node(nodeId).api.watch(
      { range: this.#range, partitions, from },
      {
        began: () => {
          this.hasBegun = true;
        },
        changed: (changes) => {
          this.#isPulled = false;
          this.pageMax = Math.max(this.pageMax, changes.length);
          for (const change of changes) this.#show(change);
          this.read();
        },
        failed: (failure) => {
          this.failure = failure;
        },
      },
    );
    if ("kind" in handle) throw new Error(handle.message);
    this.#handle = handle;
    this.read();
  }

  /** Asks for a page, unless one was asked for. */
  read(): void {
    if (!this.isReading || this.#isPulled) return;
    this.#isPulled = true;
    this.#handle?.pull();
  }

  begin(nodeId: string, token?: Buffer): void {
    this.watch(nodeId, token);
    this.#cluster.waitUntil("the watch begins", () => this.hasBegun || this.failure !== undefined, 15_000);
    if (this.failure !== undefined) throw new Error(this.failure.message);
  }

  /** Waits until nothing is left to show. */
  waitFor(shown: Readonly<Record<string, string | undefined>>, withinMs = 15_000): void {
    const differs = (): string[] => Object.keys(shown).filter((key) => this.shown.get(key) !== shown[key]);
    this.#cluster.waitUntil(
      `changes: ${differs().join(" ")}`,
      () => differs().length === 0 || this.failure !== undefined,
      withinMs,
    );
    if (this.failure !== undefined) throw new Error(this.failure.message);
  }

  close(): void {
    this.#handle?.close();
  }

  #show(change: WatchChange): void {
    this.changes.push(change);
    const key = decodeRowKey(change.rowKey).key.toString();
    const { reading } = change;
    const value = reading.kind === "values" ? reading.values[0]?.data.toString() : undefined;
    if (change.isDeleted !== (value === undefined)) throw new Error("deleted, with a value");
    this.shown.set(key, value);
    this.history.set(key, [...(this.history.get(key) ?? []), value]);
  }
}
