/** Failures of a stream that many requests share, as gRPC itself fails a call: so that both are judged and told alike. */
import { Metadata, status } from "@grpc/grpc-js";

export class TransportFailure extends Error {
  readonly code: status;
  readonly details: string;
  readonly metadata = new Metadata();

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

/** Of a request that was still on this side when the stream ended. */
export function neverSent({ message }: Error): TransportFailure {
  return new TransportFailure(status.UNAVAILABLE, `No connection established. Last error: ${message}`);
}

/** Of a request that waited for a node to greet, and was not sent to it. */
export function notGreeted(): TransportFailure {
  return neverSent(new Error("the node took the connection and says nothing"));
}
