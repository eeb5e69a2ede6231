import { Buckets } from "./buckets.js";
import type { ClusterView } from "./cluster-view.js";
import type { Dispatcher } from "./dispatcher.js";
import { Session } from "./session.js";

/**
 * A connection to a cluster, made by `connect`. One serves a whole process: it holds a channel to each node it has
 * used, and routes every call by itself.
 */
export class AtollClient extends Buckets implements AsyncDisposable {
  readonly #view: ClusterView;
  readonly #dispatcher: Dispatcher;

  /** @internal Use `connect`. */
  constructor(view: ClusterView, dispatcher: Dispatcher) {
    super(dispatcher, undefined);
    this.#view = view;
    this.#dispatcher = dispatcher;
  }

  /** The region whose nodes are asked first. */
  get region(): string {
    return this.#view.region;
  }

  /**
   * A session: reads that never go back behind what it has read or written, whichever node serves them.
   * @param token of a session to go on with, from its `token`; without one a new session begins
   * @throws AtollError INVALID_ARGUMENT for a token that no session gave out
   */
  session(token?: string): Session {
    return new Session(this.#dispatcher, token);
  }

  /** Refuses further calls, waits for those under way, and closes the connections. Idempotent. */
  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
