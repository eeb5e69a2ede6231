/**
 * A client of `Pipeline` that takes nothing off the wire until it is told to. One of gRPC for Node would not do: its stream
 * reads ahead, all that comes, for as long as nobody has asked it for a message.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { PipelineItems, type PipelineRequest } from "../../src/codec/index.js";
import { kvService } from "../../src/wire/index.js";
import { type Answer, frameOf, HELLO } from "./pipeline-fixture.js";

/** Not compressed; then four bytes of length. */
const MESSAGE_HEADER_BYTES = 5;

export class DeafPipeline {
  readonly answers: Answer[] = [];
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  #unread: Buffer = Buffer.alloc(0);

  /** @param address host:port of the client port */
  constructor(address: string) {
    this.#session = connect(`http://${address}`);
    this.#stream = this.#session.request({
      ":method": "POST",
      ":path": kvService.Pipeline.path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    this.#stream.on("error", () => undefined);
    this.send(HELLO);
  }

  /** One frame. */
  send(...requests: readonly PipelineRequest[]): void {
    const message = kvService.Pipeline.requestSerialize({ frame: frameOf(requests) });
    const header = Buffer.alloc(MESSAGE_HEADER_BYTES);
    header.writeUInt32BE(message.length, 1);
    this.#stream.write(Buffer.concat([header, message]));
  }

  read(): void {
    this.#stream.on("data", (bytes: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, bytes]);
      for (;;) {
        if (this.#unread.length < MESSAGE_HEADER_BYTES) return;
        const end = MESSAGE_HEADER_BYTES + this.#unread.readUInt32BE(1);
        if (this.#unread.length < end) return;
        this.#take(this.#unread.subarray(MESSAGE_HEADER_BYTES, end));
        this.#unread = this.#unread.subarray(end);
      }
    });
  }

  close(): void {
    this.#session.destroy();
  }

  #take(message: Buffer): void {
    const items = PipelineItems.ofReplies(kvService.Pipeline.responseDeserialize(message).frame);
    for (let item = items.next(); item !== undefined; item = items.next())
      if (item.kind !== "hello") this.answers.push(item);
  }
}
