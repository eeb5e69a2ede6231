/** A node whose pipelines do only what a test says: it sees each frame, and lays its answers by hand. */
import { Server, ServerCredentials, type sendUnaryData } from "@grpc/grpc-js";
import { expect, onTestFinished } from "vitest";
import {
  beginPipelineFrame,
  PipelineItems,
  type PipelineReply,
  type PipelineRequest,
  type ServerHello,
  writeReply,
} from "../../../src/codec/index.js";
import { type kv, kvService } from "../../../src/wire/index.js";
import { refusal } from "./fake-node.js";
import type { PipelineStream } from "./fake-pipeline.js";

export const POLL = { timeout: 10_000, interval: 2 };
export const HELLO: ServerHello = {
  kind: "hello",
  clusterId: "test",
  nodeId: "eu-1",
  region: "eu",
  layoutVersion: 1,
};

type Asked = Exclude<PipelineRequest, { kind: "hello" }>;

export class OpenedPipeline {
  readonly frames: PipelineRequest[][] = [];
  readonly frameBytes: number[] = [];
  /** The client sends nothing more. */
  hasEnded = false;
  readonly #stream: PipelineStream;

  constructor(stream: PipelineStream, { greets, isReading }: Pick<PipelinedNode, "greets" | "isReading">) {
    this.#stream = stream;
    stream.on("error", () => {});
    if (isReading) this.#read(greets);
    else if (greets) this.answer(HELLO);
  }

  get asked(): Asked[] {
    return this.frames.flat().filter((item): item is Asked => item.kind !== "hello");
  }

  async askedSoFar(count: number): Promise<Asked[]> {
    await expect.poll(() => this.asked.length, POLL).toBe(count);
    return this.asked;
  }

  answer(...replies: readonly PipelineReply[]): void {
    const frame = beginPipelineFrame();
    for (const reply of replies) writeReply(frame, reply);
    this.answerRaw(frame.take());
  }

  answerRaw(frame: Buffer): void {
    this.#stream.write({ frame });
  }

  refuse(...given: Parameters<typeof refusal>): void {
    this.#stream.emit("error", refusal(...given));
  }

  end(): void {
    this.#stream.end();
  }

  #read(greets: boolean): void {
    this.#stream.on("data", ({ frame }: kv.PipelineRequest__Output) => {
      const items = PipelineItems.ofRequests(frame);
      const requests: PipelineRequest[] = [];
      for (let item = items.next(); item !== undefined; item = items.next()) requests.push(item);
      if (requests.some(({ kind }) => kind === "hello") && greets) this.answer(HELLO);
      this.frames.push(requests);
      this.frameBytes.push(frame.length);
    });
    this.#stream.on("end", () => {
      this.hasEnded = true;
      this.#stream.end();
    });
  }
}

export class PipelinedNode {
  readonly pipelines: OpenedPipeline[] = [];
  /** Methods that came as calls of their own; they are not answered. */
  readonly alone: string[] = [];
  isReading = true;
  /** When a client says hello. */
  greets = true;
  #server: Server | undefined;
  #port = 0;

  static async start(): Promise<PipelinedNode> {
    const node = new PipelinedNode();
    onTestFinished(() => node.kill());
    await node.listen();
    return node;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** On the port that it had before. */
  async listen(): Promise<void> {
    const server = new Server();
    const note = (method: string) => (_call: unknown, _done: sendUnaryData<object>) => {
      this.alone.push(method);
    };
    const nothing = (): void => {};
    server.addService(kvService, {
      Get: note("Get"),
      Put: note("Put"),
      Delete: note("Delete"),
      Update: note("Update"),
      BatchGet: note("BatchGet"),
      BatchWrite: note("BatchWrite"),
      GetLayout: note("GetLayout"),
      Scan: nothing,
      Watch: nothing,
      Pipeline: (stream: PipelineStream) => this.pipelines.push(new OpenedPipeline(stream, this)),
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(this.address, ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    this.#server = server;
  }

  /** Every connection breaks. */
  kill(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  /** The one that was opened last, once there are so many. */
  async pipeline(count = 1): Promise<OpenedPipeline> {
    await expect.poll(() => this.pipelines.length, POLL).toBe(count);
    const last = this.pipelines.at(-1);
    if (last === undefined) throw new Error("no pipeline");
    return last;
  }
}
