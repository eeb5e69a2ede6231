/** Peers made by hand, down to the bytes of their messages: what honest nodes never are. */
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type StatusObject,
} from "@grpc/grpc-js";
import { type peer, peerService } from "../../src/wire/index.js";
import { TestNode, type TestNodeOptions, until } from "../unit/runtime/node/grpc-test-node.js";

const EXCHANGE = "/atoll.peer.v1.PeerService/Exchange";

const cleanups: (() => unknown)[] = [];

/** Has `cleanUp` do this, before what was asked for earlier. */
export function later(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** For after each test. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export const HELLO = {
  clusterId: "test",
  nodeId: "stranger",
  number: 1,
  incarnation: 1,
  instance: "1",
  protocolVersion: 1,
};

/** A stream that sends any bytes as its messages. */
export class Stranger {
  readonly stream: ClientDuplexStream<Buffer, Buffer>;
  readonly received: Buffer[] = [];
  readonly ended: Promise<StatusObject>;

  constructor(address: string, method = EXCHANGE) {
    const client = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
    const same = (bytes: Buffer) => bytes;
    this.stream = client.makeBidiStreamRequest(method, same, same);
    this.stream.on("data", (message: Buffer) => this.received.push(message));
    this.stream.on("error", () => undefined);
    this.ended = new Promise((resolve) => this.stream.on("status", resolve));
    later(() => {
      this.stream.cancel();
      client.close();
    });
  }

  send(message: peer.ExchangeRequest | Buffer): this {
    this.stream.write(Buffer.isBuffer(message) ? message : peerService.Exchange.requestSerialize(message));
    return this;
  }
}

/** A peer as far as gRPC goes, number 3, which links with a node 9 by hand. */
export class HandmadePeer {
  readonly node: TestNode;
  readonly ownDial: Stranger;
  readonly nodesDial: ServerDuplexStream<Buffer, Buffer>;

  private constructor(node: TestNode, ownDial: Stranger, nodesDial: ServerDuplexStream<Buffer, Buffer>) {
    this.node = node;
    this.ownDial = ownDial;
    this.nodesDial = nodesDial;
  }

  static async link(options: TestNodeOptions = {}): Promise<HandmadePeer> {
    const node = await new TestNode(9, options).start();
    later(() => node.close());
    const dials: ServerDuplexStream<Buffer, Buffer>[] = [];
    const address = await serveBytes((call) => dials.push(call));
    node.transport.setPeers([{ number: 3, nodeId: HELLO.nodeId, address }]);
    const hello = { ...HELLO, number: 3 };
    const ownDial = new Stranger(node.address).send({ hello, link: "7" });
    let nodesDial: ServerDuplexStream<Buffer, Buffer> | undefined;
    for (let answered = 0; nodesDial === undefined; answered += 1) {
      await until(() => dials.length > answered);
      const call = dials[answered];
      if (call === undefined) throw new Error("the node dialled");
      // Its first dial may have been before ours: then it gives that up, perhaps before it said Hello.
      const request = await firstMessage(call);
      if (request !== undefined && peerService.Exchange.requestDeserialize(request).link === "7")
        nodesDial = call;
    }
    const peer = new HandmadePeer(node, ownDial, nodesDial);
    peer.send({ hello });
    await until(() => node.events.includes("up 3"));
    return peer;
  }

  /** Sends on the stream that the node dialled. */
  send(message: peer.ExchangeResponse | Buffer): void {
    this.nodesDial.write(
      Buffer.isBuffer(message) ? message : peerService.Exchange.responseSerialize(message),
    );
  }
}

/** Undefined when the call ends without one. */
async function firstMessage(call: ServerDuplexStream<Buffer, Buffer>): Promise<Buffer | undefined> {
  if (call.cancelled) return undefined;
  return new Promise((resolve) => {
    call.once("data", resolve);
    call.once("cancelled", () => resolve(undefined));
  });
}

/** Serves the one method with bytes as its messages, and returns where. */
export async function serveBytes(
  onCall: (call: ServerDuplexStream<Buffer, Buffer>) => void,
): Promise<string> {
  const server = new Server({ "grpc.max_send_message_length": -1 });
  const same = (bytes: Buffer) => bytes;
  server.register(EXCHANGE, onCall, same, same, "bidi");
  later(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return `127.0.0.1:${port}`;
}
