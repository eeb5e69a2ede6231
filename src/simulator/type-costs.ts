/**
 * What one operation on a set, a map or a counter costs a cluster of three replicas, to the byte and the record: they run
 * as they do in production, on virtual time, without a cache of rows, so that every look at the disk counts.
 */
import { mapElement, type RowKey, readFrame } from "../codec/index.js";
import { DataType, ValueEncoding } from "../crdt/index.js";
import type { Change, KeyAddress, Operation, Outcome } from "../replication/index.js";
import { BUCKET } from "./operations.js";
import { SimulatedCluster } from "./simulated-cluster.js";

/** Until every replica has it and has told the others of its clock. */
const SETTLE_MS = 5_000;
const FILL_ROWS = 1_000;
const NEVER_MS = 1e9;
/** Of each leaf of a map. */
const VALUE_BYTES = 20;

/** What has elements, each a row. */
export type Grown = "set" | "map";

/** Of all three nodes together, where it does not say otherwise. */
export interface OperationCost {
  /** All that the coordinator sent to the peer that it sent the most, its clocks with it. */
  readonly peerBytesMax: number;
  /** All that all nodes sent. */
  readonly sentBytes: number;
  /** Keys and values of the dot log, request ids with them. */
  readonly logBytes: number;
  /** Keys and values of everything that was written. */
  readonly storedBytes: number;
  /** Records that were looked for or found, until the answer was there. */
  readonly recordsRead: number;
}

/** What a page of elements cost, and where it ended. */
interface PageCost extends OperationCost {
  readonly rows: number;
  /** Undefined: it was the last. */
  readonly upTo: RowKey | undefined;
}

export class TypeCosts {
  readonly #cluster: SimulatedCluster;
  readonly #sentBytes = new Map<string, number>();
  #logBytes = 0;
  #storedBytes = 0;
  #recordsRead = 0;
  #requests = 0;

  constructor() {
    this.#cluster = SimulatedCluster.ready({
      regions: ["local"],
      nodesPerRegion: 3,
      partitions: 1,
      settings: { rowCacheBytes: 0, auditIntervalMs: NEVER_MS },
      observer: {
        frameDelivered: (from, to, frame) => this.#noteFrame(from, to, frame),
        batchWritten: (_node, batch) => {
          for (const { key, value } of batch) {
            const bytes = key.length + (value?.length ?? 0);
            this.#storedBytes += bytes;
            if (key.startsWith("l") || key.startsWith("q")) this.#logBytes += bytes;
          }
        },
        recordsRead: (_node, count) => {
          this.#recordsRead += count;
        },
      },
    });
  }

  /** Fills a key up to so many elements, the even ones: between any two of them there is room for one more. */
  fill(type: Grown, key: string, elements: number): void {
    for (let at = 0; at < elements; at += FILL_ROWS) {
      const numbers = Array.from({ length: Math.min(FILL_ROWS, elements - at) }, (_, i) => 2 * (at + i));
      this.#execute({ kind: "update", address: addressOf(type, key), changes: changesOf(type, numbers) });
    }
    this.#cluster.runFor(SETTLE_MS);
  }

  /** One more element, as a client writes it. An odd number is none of those that were filled in. */
  add(type: Grown, key: string, element: number): OperationCost {
    const changes = changesOf(type, [element]);
    return this.#measured({ kind: "update", address: addressOf(type, key), changes }).cost;
  }

  /** Adds to a counter. */
  count(key: string): OperationCost {
    const address = { type: DataType.counter, bucket: BUCKET, key: Buffer.from(key) };
    const changes: readonly Change[] = [{ path: [], action: { kind: "increment", amount: 1 } }];
    return this.#measured({ kind: "update", address, changes }).cost;
  }

  /** Whether one element is there. */
  look(type: Grown, key: string, element: number): OperationCost {
    const steps = [Buffer.from(nameOf(element))];
    const path =
      type === "set" ? steps : mapElement({ path: steps, type: DataType.register, member: undefined });
    return this.#measured({ kind: "get", address: addressOf(type, key), element: path }).cost;
  }

  /** One page. @param after where the page before it ended */
  page(type: Grown, key: string, limit: number, after: RowKey | undefined): PageCost {
    const address = addressOf(type, key);
    const { cost, outcome } = this.#measured({ kind: "list", address, path: [], after, limit });
    if (outcome.kind !== "page") throw new Error(`a page came out as ${outcome.kind}`);
    return { ...cost, rows: outcome.rows.length, upTo: outcome.upTo };
  }

  close(): void {
    this.#cluster.stopAll();
  }

  #measured(operation: Operation): { readonly cost: OperationCost; readonly outcome: Outcome } {
    this.#sentBytes.clear();
    this.#logBytes = 0;
    this.#storedBytes = 0;
    this.#recordsRead = 0;
    const outcome = this.#execute(operation);
    const recordsRead = this.#recordsRead;
    this.#cluster.runFor(SETTLE_MS);
    const sent = [...this.#sentBytes];
    const { number } = this.#coordinator.member;
    const fromCoordinator = sent.filter(([way]) => way.startsWith(`${number}>`)).map(([, bytes]) => bytes);
    const cost = {
      peerBytesMax: Math.max(0, ...fromCoordinator),
      sentBytes: sent.reduce((sum, [, bytes]) => sum + bytes, 0),
      logBytes: this.#logBytes,
      storedBytes: this.#storedBytes,
      recordsRead,
    };
    return { cost, outcome };
  }

  #execute(operation: Operation): Outcome {
    const isRead = operation.kind === "get" || operation.kind === "list";
    const requestId = isRead ? undefined : (++this.#requests).toString(16).padStart(32, "0");
    const outcome = this.#cluster.execute(this.#coordinator, operation, { requestId });
    if (outcome.kind === "failed") throw new Error(`${outcome.reason}: ${outcome.message}`);
    return outcome;
  }

  get #coordinator() {
    return this.#cluster.node("local-1");
  }

  /** Heartbeats go on whatever is done, in frames of their own. */
  #noteFrame(from: number, to: number, frame: Buffer): void {
    let isHeartbeat = false;
    readFrame(Buffer.from(frame), ({ type }) => {
      isHeartbeat = type === "heartbeat";
    });
    if (isHeartbeat) return;
    const way = `${from}>${to}`;
    this.#sentBytes.set(way, (this.#sentBytes.get(way) ?? 0) + frame.length);
  }
}

function addressOf(type: Grown, key: string): KeyAddress {
  return { type: DataType[type], bucket: BUCKET, key: Buffer.from(key) };
}

function changesOf(type: Grown, elements: readonly number[]): Change[] {
  const names = elements.map((element) => Buffer.from(nameOf(element)));
  if (type === "set") return [{ path: [], action: { kind: "add-members", members: names } }];
  const value = { data: Buffer.alloc(VALUE_BYTES, "value "), encoding: ValueEncoding.text };
  return names.map((name) => ({ path: [name], action: { kind: "assign", value } }));
}

/** All of one length, so that their order is that of their numbers. */
function nameOf(element: number): string {
  return `element-${String(element).padStart(8, "0")}`;
}
