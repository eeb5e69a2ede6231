/** What every server-streaming method shares, like `unaryCall`: measurement, the count in flight, one way out. */
import type { handleServerStreamingCall, ServerWritableStream } from "@grpc/grpc-js";
import type { Failure } from "../replication/index.js";
import { internalFailure, toStatus } from "./failure.js";
import type { CallsInFlight, RequestObserver } from "./unary-call.js";

/** Streams until it is done, and ends the stream; or fails, and does not. */
type StreamWork<Request, Reply> = (
  stream: ServerWritableStream<Request, Reply>,
  remainingMs: number,
) => Promise<Failure | undefined>;

/** The gRPC handler of one server-streaming method. */
export function streamCall<Request, Reply>(
  method: string,
  calls: CallsInFlight,
  observe: RequestObserver,
  work: StreamWork<Request, Reply>,
): handleServerStreamingCall<Request, Reply> {
  return (stream) => {
    const startedAt = performance.now();
    calls.begin();
    const end = (failure: Failure | undefined): void => {
      observe(method, failure?.reason.toLowerCase() ?? "ok", (performance.now() - startedAt) / 1_000);
      if (failure !== undefined && !stream.cancelled) stream.emit("error", toStatus(failure));
      calls.end();
    };
    work(stream, Number(stream.getDeadline()) - Date.now()).then(end, (error: unknown) =>
      end(internalFailure(error)),
    );
  };
}
