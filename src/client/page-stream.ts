import {
  type CallOptions,
  type ClientReadableStream,
  InterceptingCall,
  type Interceptor,
} from "@grpc/grpc-js";
import { AtollError } from "./atoll-error.js";

/** Opens the stream with these options, and with no deadline: each page has one of its own. */
type OpenStream<Page> = (options: CallOptions) => ClientReadableStream<Page>;

/** How long to wait for one page. */
interface PagePatience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What `next` rejects with when no page came in time: the node may be silent, or its quorum. */
export class PageOverdue extends Error {}

/**
 * One gRPC stream, read page by page. gRPC itself would fill a buffer of sixteen messages; here one page is held back
 * until it is asked for, and before that the next is not taken from the connection, whose window holds up the server.
 */
export class PageStream<Page> {
  readonly #call: ClientReadableStream<Page>;
  /** A page that has arrived before it was asked for. */
  #held: (() => void) | undefined;
  #isAsked = false;
  #settle: ((outcome: Page | undefined | Error) => void) | undefined;
  #end: { readonly error: Error | undefined } | undefined;

  constructor(open: OpenStream<Page>) {
    this.#call = open({ interceptors: [this.#gate] });
    this.#call.on("data", (page: Page) => this.#settled(page));
    this.#call.on("error", (error) => this.fail(error));
    this.#call.on("end", () => this.#ended(undefined));
  }

  /** The next page; undefined after the last. One call at a time. @throws PageOverdue, or what ended the stream. */
  async next({ timeoutMs, signal }: PagePatience): Promise<Page | undefined> {
    let onAbort: (() => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Page | undefined>((resolve, reject) => {
        onAbort = () => reject(AtollError.cancelled(signal?.reason));
        if (signal?.aborted === true) return onAbort();
        signal?.addEventListener("abort", onAbort, { once: true });
        timer = setTimeout(() => reject(new PageOverdue("no page came in time")), timeoutMs);
        this.#settle = (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
        this.#ask();
      });
    } finally {
      this.#settle = undefined;
      clearTimeout(timer);
      if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Ends the stream; the server is told to stop. Idempotent. */
  cancel(): void {
    this.#ended(undefined);
    this.#call.cancel();
    this.#held = undefined;
  }

  /** The same, and whoever waits for a page gets this. */
  fail(error: Error): void {
    this.#ended(error);
    this.cancel();
  }

  #ask(): void {
    if (this.#held !== undefined) {
      const pass = this.#held;
      this.#held = undefined;
      pass();
    } else if (this.#end !== undefined) this.#settled(this.#end.error);
    else this.#isAsked = true;
  }

  #settled(outcome: Page | undefined | Error): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(outcome);
  }

  #ended(error: Error | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#settled(error);
  }

  /** A message that it does not pass on keeps gRPC from taking the next. */
  readonly #gate: Interceptor = (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) =>
        next(metadata, {
          onReceiveMessage: (message, pass) => {
            if (!this.#isAsked) {
              this.#held = () => pass(message);
              return;
            }
            this.#isAsked = false;
            pass(message);
          },
        }),
    });
}
