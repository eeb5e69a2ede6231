/** A stranger that speaks the peers' protocol in the name of a member that is down, and sends what no node would. */
import { setTimeout as delay } from "node:timers/promises";
import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import { appendMessage, beginFrame, type Message, PROTOCOL_VERSION } from "../../../src/codec/index.js";
import type { PeerAddress, PeerHello } from "../../../src/runtime/index.js";
import { GrpcTransport } from "../../../src/runtime/node/index.js";
import { until } from "./polling.js";
import type { TestCluster } from "./test-cluster.js";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
/** How long the target has to end the link over a frame, before the next one is sent. */
const VERDICT_MS = 15;

export class RoguePeer {
  readonly #transport: GrpcTransport;
  readonly #target: PeerAddress;
  #isUp = false;
  #refusals: string[] = [];
  /** How often the target ended the link. */
  ends = 0;

  private constructor(transport: GrpcTransport, target: PeerAddress) {
    this.#transport = transport;
    this.#target = target;
  }

  /** Takes the place of `nodeId`, which must be down, towards `targetId`. Ends with the test. */
  static async start(
    cluster: TestCluster,
    nodeId: string,
    targetId: string,
    hello: Partial<PeerHello>,
  ): Promise<RoguePeer> {
    const [node, target] = [cluster.local.node(nodeId), cluster.local.node(targetId)];
    const transport = new GrpcTransport({
      listenAddress: node.peer,
      serverCredentials: ServerCredentials.createInsecure(),
      channelCredentials: ChannelCredentials.createInsecure(),
      log: SILENT,
    });
    await transport.listen();
    const rogue = new RoguePeer(transport, {
      number: target.number,
      nodeId: target.id,
      address: target.peer,
    });
    onTestFinished(() => rogue.close());
    const self = {
      clusterId: cluster.local.id,
      nodeId,
      number: node.number,
      incarnation: 1,
      instance: "00000000000000ff",
      protocolVersion: PROTOCOL_VERSION,
      ...hello,
    };
    const handler = {
      onHello: () => undefined,
      onUp: () => undefined,
      // The first heartbeat.
      onFrame: () => {
        rogue.#isUp = true;
      },
      onDown: () => {
        if (rogue.#isUp) rogue.ends += 1;
        rogue.#isUp = false;
      },
      onRefused: (_peer: number, reason: string) => {
        rogue.#refusals.push(reason);
      },
    };
    transport.start(self, handler);
    return rogue;
  }

  /** Until the target has taken it for the member that it says it is. */
  async connect(): Promise<void> {
    this.#transport.setPeers([]);
    this.#transport.setPeers([this.#target]);
    await until("a link to the target", () =>
      this.#isUp ? undefined : `refused: ${this.#refusals.join("; ")}`,
    );
  }

  /** Until the target has refused it, and why. */
  async refusal(): Promise<string> {
    this.#transport.setPeers([this.#target]);
    await until("a refusal", () => (this.#refusals.length > 0 ? undefined : "none"));
    return this.#refusals.join("; ");
  }

  /** Sends one frame after the other, over a new link whenever the target has ended the last one. */
  async send(frames: Iterable<Uint8Array>): Promise<void> {
    for (const frame of frames) {
      if (!this.#isUp) await this.connect();
      this.#transport.send(this.#target.number, frame);
      const endMs = performance.now() + VERDICT_MS;
      while (this.#isUp && performance.now() < endMs) await delay(1);
    }
  }

  close(): Promise<void> {
    return new Promise((done) => this.#transport.close(done));
  }
}

/** As a node would send it. */
export function frameOf(message: Message): Buffer {
  const frame = beginFrame();
  appendMessage(frame, message);
  return frame.finish();
}
