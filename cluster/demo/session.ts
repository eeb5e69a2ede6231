/** The demo's connections: an application in each region, and an operator at each node. */
import { setMaxListeners } from "node:events";
import { type AdminClient, type AtollClient, connect, connectAdmin } from "../../src/client/index.js";
import { ClusterError } from "../cluster-error.js";
import type { LocalCluster } from "../local-cluster.js";

/** Generous: on a busy laptop nine nodes share two cores. */
const CALL_TIMEOUT_MS = 10_000;

/** What a node says of itself to its operator. */
interface OperatedNode {
  readonly id: string;
  readonly region: string;
  readonly admin: AdminClient;
}

export class DemoSession implements AsyncDisposable {
  readonly cluster: LocalCluster;
  readonly regions: readonly string[];
  readonly nodes: readonly OperatedNode[];
  /** Aborts when the demo is to end early. */
  readonly signal: AbortSignal;
  readonly #clients: ReadonlyMap<string, AtollClient>;

  private constructor(
    cluster: LocalCluster,
    clients: ReadonlyMap<string, AtollClient>,
    nodes: readonly OperatedNode[],
    signal: AbortSignal,
  ) {
    this.cluster = cluster;
    this.regions = cluster.regions;
    this.nodes = nodes;
    this.signal = signal;
    this.#clients = clients;
  }

  /** Rejects with `AtollError` when a region does not answer. */
  static async open(cluster: LocalCluster, signal: AbortSignal): Promise<DemoSession> {
    // Every call under way listens to it.
    setMaxListeners(0, signal);
    const clients = new Map<string, AtollClient>();
    const nodes = cluster.nodes.map(({ id, region, client }) => ({
      id,
      region,
      admin: connectAdmin(client),
    }));
    const session = new DemoSession(cluster, clients, nodes, signal);
    try {
      for (const region of cluster.regions) {
        const endpoints = cluster.endpoints(region);
        clients.set(
          region,
          await connect({
            endpoints,
            region,
            consistency: "LOCAL_QUORUM",
            timeoutMs: CALL_TIMEOUT_MS,
            signal,
          }),
        );
      }
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The client of an application in that region. */
  in(region: string): AtollClient {
    const client = this.#clients.get(region);
    if (client === undefined) throw new ClusterError("NOT_FOUND", `the demo has no region ${region}`);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = [...this.#clients.values(), ...this.nodes.map((node) => node.admin)];
    await Promise.all(open.map((client) => client.close()));
  }
}
