/** A unary method for requests that come as bytes in a frame, and not as a call of their own. */
import type { Failure } from "../replication/index.js";
import { badRequest, internalFailure, isFailure } from "./failure.js";
import type { UnaryWork } from "./unary-call.js";

/** Answers once, with the bytes of the reply. */
export type PipelinedMethod = (
  body: Buffer,
  remainingMs: number,
  answer: (result: Buffer | Failure) => void,
) => void;

/** What gRPC itself reads and writes the messages of a method with. */
interface Codec<Request, Reply> {
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (reply: Reply) => Buffer;
}

export function pipelinedMethod<Request, Reply extends object>(
  { requestDeserialize, responseSerialize }: Codec<Request, Reply>,
  work: UnaryWork<Request, Reply>,
): PipelinedMethod {
  return (body, remainingMs, answer) => {
    let request: Request;
    try {
      request = requestDeserialize(body);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return answer(badRequest("body", `is not the request of this method: ${why}`));
    }
    work(request, remainingMs, (result) => {
      if (isFailure(result)) return answer(result);
      let reply: Buffer;
      try {
        reply = responseSerialize(result);
      } catch (error) {
        return answer(internalFailure(error));
      }
      answer(reply);
    });
  };
}
