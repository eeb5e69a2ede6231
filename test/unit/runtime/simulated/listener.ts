import type { PeerAddress, PeerHello, TransportHandler } from "../../../../src/runtime/index.js";
import type { SimulatedHost } from "../../../../src/runtime/simulated/index.js";

/** A node that writes down what its transport tells it. */
export class Listener implements TransportHandler {
  readonly host: SimulatedHost;
  readonly heard: string[] = [];
  /** What it answers to a Hello. */
  refusal: (hello: PeerHello) => string | undefined = () => undefined;
  #starts = 0;

  constructor(host: SimulatedHost, peers: readonly number[]) {
    this.host = host;
    this.start(peers);
  }

  start(peers: readonly number[]): void {
    const { number } = this.host;
    this.#starts += 1;
    const { transport } = this.host.runtime;
    const instance = `${number}`.padStart(8, "0") + `${this.#starts}`.padStart(8, "0");
    const self = {
      clusterId: "c",
      nodeId: `n${number}`,
      number,
      incarnation: this.#starts,
      instance,
      protocolVersion: 1,
    };
    transport.start(self, this);
    transport.setPeers(peers.map(address));
  }

  send(to: number, text: string): void {
    this.host.runtime.transport.send(to, Buffer.from(text));
  }

  /** What was heard since it was asked last. */
  news(): string[] {
    return this.heard.splice(0);
  }

  onHello(hello: PeerHello): string | undefined {
    const refusal = this.refusal(hello);
    if (refusal !== undefined) this.heard.push(`refuse ${hello.number}`);
    return refusal;
  }

  onUp(hello: PeerHello): void {
    this.heard.push(`up ${hello.number}.${hello.incarnation}`);
  }

  onFrame(peerNumber: number, frame: Buffer): void {
    this.heard.push(`${peerNumber}: ${frame.toString()}`);
  }

  onDown(peerNumber: number): void {
    this.heard.push(`down ${peerNumber}`);
  }

  onRefused(peerNumber: number, reason: string): void {
    this.heard.push(`refused by ${peerNumber}: ${reason}`);
  }
}

export function address(number: number): PeerAddress {
  return { number, nodeId: `n${number}`, address: `host-${number}:7401` };
}
