/**
 * What every unary method shares: the deadline of the call, the measurement of its latency and outcome, the count of
 * calls in flight that draining waits for, and one way out for failures. A handler that throws fails its call, not
 * the process.
 */
import { setMaxListeners } from "node:events";
import type { handleUnaryCall, ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import type { Failure } from "../replication/index.js";
import { internalFailure, isFailure, toStatus } from "./failure.js";

/** Told of each call that ends: `outcome` is `ok` or the reason of the failure in lower case. */
export type RequestObserver = (method: string, outcome: string, seconds: number) => void;

/** Told of what a request of many parts had: rows that a scan sent, items of a batch. */
export type ItemCounter = (
  what: "scan_rows" | "batch_get_items" | "batch_write_items",
  count: number,
) => void;

/** Does the work of one call and answers exactly once. `remainingMs`: until its deadline; may be infinite or past. */
export type UnaryWork<Request, Reply extends object> = (
  request: Request,
  remainingMs: number,
  answer: (result: Reply | Failure) => void,
) => void;

/** Calls that were taken and not answered yet. */
export class CallsInFlight {
  readonly #drain = new AbortController();
  #count = 0;
  #waiting: (() => void)[] = [];

  constructor() {
    // Every scan and every pipeline listens, which is no leak.
    setMaxListeners(0, this.#drain.signal);
  }

  get count(): number {
    return this.#count;
  }

  /** Fires when somebody waits until none is left: what could go on for ever has to end. */
  get draining(): AbortSignal {
    return this.#drain.signal;
  }

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
  }

  /** Resolves once none is left, at once when none is. */
  idle(): Promise<void> {
    this.#drain.abort();
    if (this.#count === 0) return Promise.resolve();
    return new Promise((done) => this.#waiting.push(done));
  }
}

/** The gRPC handler of one unary method. */
export function unaryCall<Request, Reply extends object>(
  method: string,
  calls: CallsInFlight,
  observe: RequestObserver,
  work: UnaryWork<Request, Reply>,
): handleUnaryCall<Request, Reply> {
  return (call: ServerUnaryCall<Request, Reply>, callback: sendUnaryData<Reply>) => {
    const startedAt = performance.now();
    let isAnswered = false;
    calls.begin();
    const answer = (result: Reply | Failure): void => {
      if (isAnswered) return;
      isAnswered = true;
      const outcome = isFailure(result) ? result.reason.toLowerCase() : "ok";
      observe(method, outcome, (performance.now() - startedAt) / 1_000);
      // A client that went away gets nothing; what it asked for was done all the same.
      if (!call.cancelled) {
        if (isFailure(result)) callback(toStatus(result));
        else callback(null, result);
      }
      calls.end();
    };
    try {
      work(call.request, Number(call.getDeadline()) - Date.now(), answer);
    } catch (error) {
      answer(internalFailure(error));
    }
  };
}
