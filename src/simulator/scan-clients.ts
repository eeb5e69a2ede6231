/**
 * Clients that scan: some pages of one stream at a node, then on at another one behind the last row that they were given, also
 * when a node is gone or does not answer, until they have all or have tried for long enough.
 */
import { afterKey, encodeRowKey, type RowKeyRange } from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import { type PageRow, Scan } from "../replication/index.js";
import type { ClientCalls } from "./client-calls.js";
import type { ClusterProcesses } from "./cluster-processes.js";
import type { History, Listing } from "./history.js";
import { listedPartitions, listedRange, listedRowOf, prefixOf } from "./listed-keys.js";
import { BUCKET } from "./operations.js";
import type { PlannedScan } from "./plan.js";

/** Of one scan: it goes to no more nodes. */
const VISITS_MAX = 14;
/** A page of a bucket is made of pages of its partitions, one or two of each. */
const PATIENCE = 2;

export class ScanClients {
  readonly #cluster: ClusterProcesses;
  readonly #calls: ClientCalls;
  readonly #history: History;

  constructor(cluster: ClusterProcesses, calls: ClientCalls, history: History) {
    this.#cluster = cluster;
    this.#calls = calls;
    this.#history = history;
  }

  run(planned: PlannedScan): void {
    const listing: Listing = {
      type: planned.type,
      isTagged: planned.isTagged,
      isReverse: planned.isReverse,
      level: planned.level,
      startedAtMs: this.#calls.nowMs,
      endedAtMs: Number.POSITIVE_INFINITY,
      isComplete: false,
      rows: [],
    };
    this.#history.listings.push(listing);
    this.#visit(planned, listing, { visit: 0, range: listedRange(planned.type, planned) });
  }

  #visit(
    planned: PlannedScan,
    listing: Listing,
    { range, visit }: { readonly visit: number; readonly range: RowKeyRange },
  ): void {
    const scan = this.#scanAt(planned, visit, range);
    let left = range;
    const goOn = (): void => {
      if (visit + 1 < VISITS_MAX) this.#visit(planned, listing, { visit: visit + 1, range: left });
    };
    const page = (pagesLeft: number): void => {
      let isOver = false;
      const leave = (): void => {
        isOver = true;
        this.#after(planned.pauseMs, goOn);
      };
      this.#after(PATIENCE * planned.timeoutMs, () => {
        if (!isOver) leave();
      });
      scan.next(planned.pageSize, (result) => {
        if (isOver) return;
        if ("kind" in result) return leave();
        left = this.#take(planned, listing, result, left);
        if (listing.isComplete || pagesLeft > 1) isOver = true;
        if (listing.isComplete) return;
        if (pagesLeft > 1) this.#after(planned.pauseMs, () => page(pagesLeft - 1));
        else leave();
      });
    };
    page(planned.pagesAVisit);
  }

  #scanAt(planned: PlannedScan, visit: number, range: RowKeyRange): Scan {
    const { client, isReverse, isTagged, level, nodes, type } = planned;
    const node = nodes[visit % nodes.length] ?? planned.node;
    const partitions = listedPartitions(isTagged, this.#cluster.layout.partitionCount);
    const backwards = isReverse ? " backwards" : "";
    const name = `c${client} scan ${type}s ${prefixOf(isTagged)}${backwards} ${level}`;
    return new Scan(partitions, range, (partition, rest, limit, done) => {
      const isKeysOnly = type === "set";
      const operation = { kind: "range", partition, range: rest, limit, isKeysOnly } as const;
      this.#calls.read(
        { planned, operation, name: `${name} (${partition})`, session: undefined },
        node,
        done,
      );
    });
  }

  /** What is left to read behind the page, as its token says. */
  #take(planned: PlannedScan, listing: Listing, rows: readonly PageRow[], range: RowKeyRange): RowKeyRange {
    listing.rows.push(...rows.map(listedRowOf));
    listing.endedAtMs = this.#calls.nowMs;
    listing.isComplete = rows.length < planned.pageSize;
    const last = listing.rows.at(-1);
    if (last === undefined) return range;
    return afterKey(range, encodeRowKey(DataType[planned.type], BUCKET, Buffer.from(last.name)));
  }

  #after(delayMs: number, task: () => void): void {
    this.#cluster.world.time.schedule(delayMs, task);
  }
}
