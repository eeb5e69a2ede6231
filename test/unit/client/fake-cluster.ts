import { ServerCredentials } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import { type AtollClient, type ConnectOptions, connect } from "../../../src/client/index.js";
import { partitionOf } from "../../../src/topology/index.js";
import type { kv } from "../../../src/wire/index.js";
import { FakeNode } from "./fake-node.js";
import { FakeStore } from "./fake-store.js";

const PARTITIONS = 16;

/** A cluster of fake nodes: `new FakeCluster({ eu: 3, us: 2 })` has nodes eu-1 to eu-3, us-1 and us-2. */
export class FakeCluster {
  readonly store = new FakeStore();
  readonly nodes: readonly FakeNode[];
  readonly #replicas: number;
  version = 1;
  /** Nodes that the layout does not name (yet). */
  readonly outside = new Set<string>();

  /** @param replicas copies of each partition in each region */
  private constructor(regions: Readonly<Record<string, number>>, replicas: number) {
    this.#replicas = replicas;
    this.nodes = Object.entries(regions).flatMap(([region, count]) =>
      Array.from(
        { length: count },
        (_, index) => new FakeNode(`${region}-${index + 1}`, region, this.store, () => this.layout()),
      ),
    );
  }

  /** Starts the nodes, and ends them when the test does. */
  static async start(
    regions: Readonly<Record<string, number>>,
    replicas = 2,
    security = ServerCredentials.createInsecure(),
  ): Promise<FakeCluster> {
    const cluster = new FakeCluster(regions, replicas);
    onTestFinished(() => {
      for (const node of cluster.nodes) node.kill();
    });
    for (const node of cluster.nodes) await node.start(security);
    return cluster;
  }

  /** A client that the end of the test closes. */
  async connect(options: Partial<ConnectOptions> = {}): Promise<AtollClient> {
    const endpoints = this.nodes.map((node) => node.address);
    const db = await connect({ endpoints, region: "eu", ...options });
    onTestFinished(() => db.close());
    return db;
  }

  node(nodeId: string): FakeNode {
    const node = this.nodes.find((candidate) => candidate.nodeId === nodeId);
    if (node === undefined) throw new Error(`no node ${nodeId}`);
    return node;
  }

  inRegion(region: string): readonly FakeNode[] {
    return this.nodes.filter((node) => node.region === region);
  }

  layout(): kv.Layout {
    const members = this.nodes
      .map((node, index) => ({ number: index + 1, ...node, clientAddress: node.address }))
      .filter((member) => !this.outside.has(member.nodeId))
      .map(({ number, nodeId, region, clientAddress }) => ({ number, nodeId, region, clientAddress }));
    const regions = [...new Set(members.map((member) => member.region))];
    const replicaSets = Array.from({ length: PARTITIONS }, (_, partition) => ({
      members: regions.flatMap((region) => {
        const nodes = members.filter((member) => member.region === region);
        const start = partition % nodes.length;
        return [...nodes.slice(start), ...nodes.slice(0, start)]
          .slice(0, this.#replicas)
          .map((member) => member.number);
      }),
    }));
    return { version: this.version, clusterId: "test", partitionCount: PARTITIONS, members, replicaSets };
  }

  /** Keys of the bucket whose first replica in the region is this node. */
  keysAt(nodeId: string, bucket: string, count: number): string[] {
    const { region } = this.node(nodeId);
    const nodes = this.inRegion(region).filter((node) => !this.outside.has(node.nodeId));
    const keys: string[] = [];
    for (let index = 0; keys.length < count; index += 1) {
      const key = `key-${index}`;
      const first = nodes[partitionOf(bucket, Buffer.from(key), PARTITIONS) % nodes.length];
      if (first?.nodeId === nodeId) keys.push(key);
    }
    return keys;
  }

  keyAt(nodeId: string, bucket: string): string {
    const [key] = this.keysAt(nodeId, bucket, 1);
    if (key === undefined) throw new Error("no key");
    return key;
  }

  /** The nodes that got a request of this method, in the layout's order. */
  receivers(method: string): string[] {
    return this.nodes.filter((node) => node.requests(method).length > 0).map((node) => node.nodeId);
  }

  forgetReceived(): void {
    for (const node of this.nodes) node.received.length = 0;
  }
}
