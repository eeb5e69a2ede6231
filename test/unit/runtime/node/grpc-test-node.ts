/** A GrpcTransport on a free loopback port whose handler writes down what it is told. */
import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";
import type { GrpcTransportOptions } from "../../../../src/runtime/node/grpc-transport.js";
import { GrpcTransport } from "../../../../src/runtime/node/grpc-transport.js";
import type { PeerAddress, PeerHello } from "../../../../src/runtime/transport.js";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export interface TestNodeOptions extends Partial<GrpcTransportOptions> {
  /** What to answer to a Hello; accepts everything of its own cluster when absent. */
  readonly refuse?: (hello: PeerHello) => string | undefined;
  readonly hello?: Partial<PeerHello>;
}

export class TestNode {
  readonly transport: GrpcTransport;
  readonly hello: PeerHello;
  /** `up 2`, `down 2`, `refused 2: why`, in order. */
  readonly events: string[] = [];
  /** Of the links that came up. */
  readonly hellos: PeerHello[] = [];
  /** How often a peer asked for a link. */
  asked = 0;
  readonly frames: { from: number; frame: Buffer }[] = [];
  /** The same frames, by link: a list for each that came up, with whichever peer. */
  readonly links: Buffer[][] = [];
  address = "";
  readonly #refuse: (hello: PeerHello) => string | undefined;

  constructor(number: number, options: TestNodeOptions) {
    const { refuse, hello, ...rest } = options;
    this.hello = {
      clusterId: "test",
      nodeId: `node-${number}`,
      number,
      incarnation: 1,
      instance: "00000000000000ff",
      protocolVersion: 1,
      ...hello,
    };
    this.#refuse =
      refuse ?? ((theirs) => (theirs.clusterId === this.hello.clusterId ? undefined : "other cluster"));
    this.transport = new GrpcTransport({
      listenAddress: "127.0.0.1:0",
      serverCredentials: ServerCredentials.createInsecure(),
      channelCredentials: ChannelCredentials.createInsecure(),
      log: SILENT,
      ...rest,
    });
  }

  async start(): Promise<this> {
    this.address = `127.0.0.1:${await this.transport.listen()}`;
    this.transport.start(this.hello, {
      onHello: (hello) => {
        this.asked += 1;
        return this.#refuse(hello);
      },
      onUp: (hello) => {
        this.hellos.push(hello);
        this.links.push([]);
        this.events.push(`up ${hello.number}`);
      },
      onFrame: (from, frame) => {
        this.frames.push({ from, frame });
        this.links.at(-1)?.push(frame);
        if (this.events.at(-1)?.startsWith("down")) this.events.push(`stray frame from ${from}`);
      },
      onDown: (number) => this.events.push(`down ${number}`),
      onRefused: (number, reason) => this.events.push(`refused ${number}: ${reason}`),
    });
    return this;
  }

  get peer(): PeerAddress {
    return { number: this.hello.number, nodeId: this.hello.nodeId, address: this.address };
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.transport.close(resolve));
  }
}

/** Has two nodes dial each other. */
export function acquaint(one: TestNode, two: TestNode): void {
  one.transport.setPeers([two.peer]);
  two.transport.setPeers([one.peer]);
}

/** Nodes 1 to `count`, each told of all, with every link up. */
export async function mesh(count: number): Promise<TestNode[]> {
  const nodes = await Promise.all(Array.from({ length: count }, (_, i) => new TestNode(i + 1, {}).start()));
  for (const node of nodes) node.transport.setPeers(nodes.map((other) => other.peer));
  await until(() => nodes.every((node) => node.events.length === count - 1));
  return nodes;
}

/** Waits until `holds`, for 15 seconds at most. */
export async function until(holds: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 15_000;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`never held: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
