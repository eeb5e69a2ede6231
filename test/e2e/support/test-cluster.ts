/** A cluster of real processes for one test, its clients, and what all of its nodes say. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type LocalCluster, type Programs, type StartOptions, startCluster } from "../../../cluster/index.js";
import {
  type AtollClient,
  type ConnectOptions,
  connect,
  connectAdmin,
  type NodeDigest,
  type NodeStatus,
} from "../../../src/client/index.js";
import { convergence, nodeDigest } from "./convergence.js";

export class TestCluster {
  readonly local: LocalCluster;

  private constructor(local: LocalCluster) {
    this.local = local;
  }

  /**
   * Ready to use; its processes and its folder are gone when the test has ended.
   * @param settings for the configuration of its nodes, beside what a local cluster gives them
   */
  static async start(options: StartOptions, settings?: object): Promise<TestCluster> {
    const programs = settings && programsWith(settings);
    const local = await startCluster({ partitions: 16, programs, ...options });
    onTestFinished(() => local.down({ graceMs: 3_000 }));
    return new TestCluster(local);
  }

  /** The ids of a region's nodes. */
  nodesOf(region: string): string[] {
    return this.local.nodes.filter((node) => node.region === region).map((node) => node.id);
  }

  /** A client that is at home in `region`; closed when the test has ended. */
  async client(region: string, options: Partial<ConnectOptions> = {}): Promise<AtollClient> {
    const db = await connect({ endpoints: this.local.endpoints(), region, ...options });
    onTestFinished(() => db.close());
    return db;
  }

  async digest(nodeId: string): Promise<NodeDigest> {
    return await nodeDigest(this.local, nodeId);
  }

  async status(nodeId: string): Promise<NodeStatus> {
    await using admin = connectAdmin(this.local.node(nodeId).client);
    return await admin.status();
  }

  /** The pid of a node that has to run. */
  async pid(nodeId: string): Promise<number> {
    const pid = await this.local.pid(nodeId);
    if (pid === undefined) throw new Error(`${nodeId} does not run`);
    return pid;
  }

  /** Until all nodes hold equal data. Returns how long it took, milliseconds. */
  async converge(timeoutMs = 60_000): Promise<number> {
    return await convergence(this.local, timeoutMs);
  }
}

function programsWith(settings: object): Programs {
  const node = join(import.meta.dirname, "node-with-settings.mjs");
  const links = join(import.meta.dirname, "..", "..", "..", "dist", "cluster", "links-process.js");
  return { node: [node, JSON.stringify(settings)], links: [links] };
}
