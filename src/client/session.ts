import { Buckets } from "./buckets.js";
import type { Dispatcher } from "./dispatcher.js";
import { SessionState } from "./session-state.js";

/**
 * One user's view of the store, wherever he is served: he reads his own writes, never an older state than he has read
 * before, and his writes come after what he read and wrote. A node that lacks something that the session has seen
 * fetches it first, or passes the call on.
 *
 * The handles are those of the client, and share its connections. A session holds nothing that has to be closed; what
 * it has seen is in `token`. Calls that fail with one of these reasons did nothing:
 *
 * - `SESSION_BEHIND` (UNAVAILABLE): no replica that could be asked has all that the session has seen. Try again, or go on
 *   without the session's promises in a new one. The SDK has tried other nodes before it tells.
 * - `SESSION_LOST` (FAILED_PRECONDITION): the session saw writes of a node that started anew since, and nobody can tell
 *   whether they survived. Begin a new session.
 */
export class Session extends Buckets {
  readonly #state: SessionState;

  /** @internal Use `client.session()`. */
  constructor(dispatcher: Dispatcher, token: string | undefined) {
    const state = new SessionState(token);
    super(dispatcher, state);
    this.#state = state;
  }

  /**
   * What the session has seen so far, as base64url: some tens of bytes as a rule, so that it fits into a cookie. It is
   * taken up with `client.session(token)`, in this process or another. Take it after the calls that it has to cover.
   */
  get token(): string {
    return this.#state.text;
  }
}
