import type { kv } from "../wire/index.js";
import type { ChannelTerms } from "./channel.js";
import { fetchNewerLayout } from "./layout-source.js";
import { NodeHandle } from "./node-handle.js";
import type { RetryBudget } from "./retry-budget.js";
import { type Route, RoutingTable } from "./routing-table.js";

/** A refresh that brought nothing is not repeated sooner. */
const REFRESH_PAUSE_MS = 250;

/**
 * The cluster as this client knows it: the newest layout seen, and one handle for each of its nodes. Replies tell the
 * layout's version; a newer one is fetched once, whoever notices it. Nodes keep their connection from one layout to the
 * next for as long as they keep their address.
 */
export class ClusterView {
  readonly #budget: RetryBudget;
  readonly #homeRegion: string;
  readonly #channel: ChannelTerms;
  readonly #closing = new AbortController();
  #nodes = new Map<string, NodeHandle>();
  #table: RoutingTable;
  #refreshing: Promise<void> | undefined;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;

  /** @throws AtollError when the layout cannot be used, or has no such region. */
  constructor(layout: kv.Layout__Output, homeRegion: string, channel: ChannelTerms, budget: RetryBudget) {
    this.#channel = channel;
    this.#budget = budget;
    this.#homeRegion = homeRegion;
    this.#table = this.#adopt(layout);
  }

  get region(): string {
    return this.#homeRegion;
  }

  get clusterId(): string {
    return this.#table.clusterId;
  }

  get layoutVersion(): bigint {
    return this.#table.version;
  }

  routeOf(bucket: string, key: Uint8Array): Route {
    return this.#table.routeOf(bucket, key);
  }

  nodeOf(nodeId: string): NodeHandle | undefined {
    return this.#nodes.get(nodeId);
  }

  /** Takes note of a reply: when it tells of a newer layout, that is fetched in the background. */
  noticed(header: kv.ReplyHeader__Output | null, node: NodeHandle): void {
    if (header === null || header.layoutVersion === this.#table.versionText) return;
    if (BigInt(header.layoutVersion) > this.#table.version) this.refresh(node);
  }

  /** Fetches the layout unless that is under way or was just done; from `first` when given. Never fails. */
  refresh(first?: NodeHandle): void {
    if (this.#closing.signal.aborted || this.#refreshing !== undefined) return;
    if (performance.now() - this.#refreshedAtMs < REFRESH_PAUSE_MS) return;
    this.#refreshing = this.#refresh(first).finally(() => {
      this.#refreshing = undefined;
      this.#refreshedAtMs = performance.now();
    });
  }

  /** Closes every connection. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#refreshing;
    for (const node of this.#nodes.values()) node.close();
  }

  async #refresh(first: NodeHandle | undefined): Promise<void> {
    const nodes = this.#table.nodes.filter((node) => node !== first && !node.isAvoided);
    const asked = first === undefined ? nodes : [first, ...nodes];
    try {
      const { version } = this.#table;
      const layout = await fetchNewerLayout(asked, version, this.#budget, this.#closing.signal);
      const isNewer = layout !== undefined && BigInt(layout.version) > version;
      if (isNewer && layout.clusterId === this.#table.clusterId) this.#table = this.#adopt(layout);
    } catch {
      // The layout at hand still serves; the next reply that tells of a newer one asks again.
    }
  }

  /** Nothing changes unless the whole layout can be used. */
  #adopt(layout: kv.Layout__Output): RoutingTable {
    const nodes = new Map<string, NodeHandle>();
    const table = new RoutingTable(layout, this.#homeRegion, (member) => {
      const { nodeId, region, clientAddress } = member;
      const known = this.#nodes.get(nodeId);
      const isSame = known?.address === clientAddress && known.region === region;
      const node = isSame ? known : new NodeHandle(nodeId, region, clientAddress, this.#channel);
      nodes.set(nodeId, node);
      return node;
    });
    for (const [nodeId, node] of this.#nodes) {
      if (nodes.get(nodeId) !== node) node.close();
    }
    this.#nodes = nodes;
    return table;
  }
}
