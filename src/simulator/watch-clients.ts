/**
 * Clients that watch the keys that are listed: each scans what is there when its watch has begun, reads page by page, and goes on
 * from its token at another node, after a while or because its node is gone; where its token is too old, it begins anew, as
 * the answer says. In the end it stays where it is, for as long as that node lives.
 */
import { decodeWatch } from "../codec/index.js";
import { type PageRow, Scan, type WatchChange, type WatchHandle } from "../replication/index.js";
import type { ClientCalls } from "./client-calls.js";
import type { CallSession } from "./client-sessions.js";
import type { ClusterProcesses, RunningNode } from "./cluster-processes.js";
import type { Following, History, Sight } from "./history.js";
import {
  LISTED_KEYS,
  listedPartitions,
  listedRange,
  listedRowOf,
  listedStampOf,
  prefixOf,
} from "./listed-keys.js";
import type { PlannedWatch } from "./plan.js";

/** A client looks so often whether its node is still there, and how far its watch has come. */
const LOOK_MS = 250;
/** Between an end that it did not ask for and the next attempt. */
const AGAIN_MS = 200;

export class WatchClients {
  readonly #cluster: ClusterProcesses;
  readonly #calls: ClientCalls;
  readonly #history: History;
  readonly #tell: (text: string) => void;

  constructor(cluster: ClusterProcesses, calls: ClientCalls, history: History, tell: (text: string) => void) {
    this.#cluster = cluster;
    this.#calls = calls;
    this.#history = history;
    this.#tell = tell;
  }

  run(planned: PlannedWatch): void {
    const following: Following = {
      isTagged: planned.isTagged,
      hasAll: false,
      isServed: false,
      isToStay: false,
      sights: [],
      shown: new Map(),
    };
    this.#history.followings.push(following);
    new WatchClient(this.#cluster, this.#calls, planned, following, this.#tell).visit(undefined);
  }
}

class WatchClient {
  readonly #cluster: ClusterProcesses;
  readonly #calls: ClientCalls;
  readonly #planned: PlannedWatch;
  readonly #following: Following;
  readonly #tell: (text: string) => void;
  #visits = 0;
  #handle: WatchHandle | undefined;
  #token: Buffer | undefined;
  #tokenMoves = 0;
  /** Rises when the watch begins anew, or was set back: what it shows may be older than what it had shown. */
  #era = 0;
  #stepsBack = 0;
  /** Shown since the watch began anew. */
  readonly #fresh = new Set<string>();

  constructor(
    cluster: ClusterProcesses,
    calls: ClientCalls,
    planned: PlannedWatch,
    following: Following,
    tell: (text: string) => void,
  ) {
    this.#cluster = cluster;
    this.#calls = calls;
    this.#planned = planned;
    this.#following = following;
    this.#tell = tell;
  }

  /** At the next node of the plan, from a token; undefined: anew. */
  visit(token: Buffer | undefined): void {
    const visit = this.#visits++;
    const node = this.#nodeOf(visit);
    if (node === undefined) return this.#after(AGAIN_MS, () => this.visit(token));
    const { api, member } = node;
    const { isTagged, client } = this.#planned;
    const what = `c${client} watch ${prefixOf(isTagged)} at ${member.nodeId}`;
    this.#tell(token === undefined ? what : `${what} from its token`);
    this.#token = token;
    this.#stepsBack = stepsBackAt(node);
    if (token === undefined) this.#beginAnew();
    let isOver = false;
    const end = (delayMs: number, from: () => Buffer | undefined): void => {
      if (isOver) return;
      isOver = true;
      this.#following.isServed = false;
      this.#handle?.close();
      this.#handle = undefined;
      this.#after(delayMs, () => this.visit(from()));
    };
    const range = listedRange("register", { isTagged, isReverse: false });
    const partitions = listedPartitions(isTagged, this.#cluster.layout.partitionCount);
    const from = token === undefined ? undefined : decodeWatch(token);
    const handle = api.watch(
      { range, partitions, from },
      {
        began: () => {
          if (isOver) return;
          this.#following.isServed = true;
          this.#takeToken(node);
          if (token === undefined) this.#scan(node, partitions);
          this.#handle?.pull();
        },
        changed: (changes) => {
          if (isOver) return;
          this.#takeToken(node);
          for (const change of changes) this.#show(change);
          this.#after(this.#planned.pauseMs, () => {
            if (!isOver) this.#handle?.pull();
          });
        },
        failed: ({ message, reason }) => {
          this.#tell(`  ${what}: ${reason} (${message})`);
          end(AGAIN_MS, () => (reason === "RESYNC" ? undefined : this.#token));
        },
      },
    );
    if ("kind" in handle) return end(AGAIN_MS, () => token);
    this.#handle = handle;
    const look = (): void => {
      if (isOver) return;
      if (!node.isUp || node.api !== api) return end(AGAIN_MS, () => this.#token);
      if (this.#token !== undefined && handle.moves !== this.#tokenMoves) this.#takeToken(node);
      this.#after(LOOK_MS, look);
    };
    this.#after(LOOK_MS, look);
    const stay = this.#planned.stays[visit];
    if (stay !== undefined)
      this.#after(stay.forMs, () => {
        if (node.isUp && node.api === api && !this.#following.isToStay) end(stay.restMs, () => this.#token);
      });
  }

  #beginAnew(): void {
    this.#era++;
    this.#fresh.clear();
    this.#following.hasAll = false;
  }

  /** What goes on from it shows all that was not handed out yet. */
  #takeToken(node: RunningNode): void {
    const steps = stepsBackAt(node);
    if (steps !== this.#stepsBack) this.#era++;
    this.#stepsBack = steps;
    this.#token = this.#handle?.token();
    this.#tokenMoves = this.#handle?.moves ?? 0;
  }

  #show({ context, reading, rowKey }: WatchChange): void {
    const sight = sightOf({ context, reading, rowKey }, this.#era, this.#calls.nowMs);
    this.#following.sights.push(sight);
    this.#following.shown.set(sight.name, sight);
    this.#fresh.add(sight.name);
  }

  /** What is there, in a session that lacks nothing of what comes before the watch. */
  #scan(node: RunningNode, partitions: readonly number[]): void {
    const era = this.#era;
    const seen = this.#handle?.seen();
    const { client, isTagged, level } = this.#planned;
    const name = `c${client} scan ${prefixOf(isTagged)} beside its watch ${level}`;
    const range = listedRange("register", { isTagged, isReverse: false });
    const scan = new Scan(partitions, range, (partition, rest, limit, done) => {
      const operation = { kind: "range", partition, range: rest, limit, isKeysOnly: false } as const;
      const dots = seen?.get(partition);
      const session: CallSession | undefined =
        dots === undefined ? undefined : { name, begin: () => ({ seen: dots, saw: () => undefined }) };
      const index = this.#cluster.nodes.indexOf(node);
      this.#calls.read({ planned: this.#planned, operation, name, session }, index, done);
    });
    scan.next(LISTED_KEYS, (result) => {
      if (this.#era === era && !("kind" in result)) this.#takeAll(result);
    });
  }

  /** What was written while the scan ran comes in the scan, as a change, or both. */
  #takeAll(rows: readonly PageRow[]): void {
    const { shown } = this.#following;
    const sights = rows.map((row) => sightOf(row, this.#era, this.#calls.nowMs));
    for (const name of [...shown.keys()]) if (!this.#fresh.has(name)) shown.delete(name);
    for (const sight of sights)
      if (sight.stamp > (shown.get(sight.name)?.stamp ?? -1n)) shown.set(sight.name, sight);
    this.#following.hasAll = true;
  }

  /** The planned one, or the next that is up. */
  #nodeOf(visit: number): RunningNode | undefined {
    const { nodes } = this.#cluster;
    const { node, nodes: planned } = this.#planned;
    const index = planned[visit % Math.max(1, planned.length)] ?? node;
    for (let i = 0; i < nodes.length; i++) {
      const candidate = nodes[(index + i) % nodes.length];
      if (candidate?.isUp === true) return candidate;
    }
    return undefined;
  }

  #after(delayMs: number, task: () => void): void {
    this.#cluster.world.time.schedule(delayMs, task);
  }
}

function sightOf(
  { context, reading, rowKey }: Pick<PageRow, "context" | "reading" | "rowKey">,
  era: number,
  atMs: number,
): Sight {
  const stamp = listedStampOf({ context, rowKey });
  return { ...listedRowOf({ reading, rowKey }), stamp, era, atMs };
}

/** Of all watches that the node serves. */
function stepsBackAt({ api }: RunningNode): number {
  return api.counters().watch_steps_back ?? 0;
}
