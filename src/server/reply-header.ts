/** The header that every reply carries: who answered, and by which layout. */
import type { NodeApi } from "../node/index.js";
import type { kv } from "../wire/index.js";
import type { CallSession } from "./call-session.js";

/** Who answers. */
export interface Identity {
  readonly nodeId: string;
  readonly region: string;
}

/** One header object for as long as the layout stays the same: it is on the path of every request. */
export class ReplyHeaders {
  readonly #identity: Identity;
  readonly #node: Pick<NodeApi, "layout">;
  #header: kv.ReplyHeader | undefined;
  #version = -1;

  constructor(identity: Identity, node: Pick<NodeApi, "layout">) {
    this.#identity = identity;
    this.#node = node;
  }

  /** @param session the call's, if it has one */
  of(session: CallSession | undefined): kv.ReplyHeader {
    const header = this.current();
    return session === undefined ? header : { ...header, sessionToken: session.token };
  }

  current(): kv.ReplyHeader {
    const { version, clusterId } = this.#node.layout;
    if (this.#header === undefined || version !== this.#version) {
      this.#header = { ...this.#identity, clusterId, layoutVersion: version };
      this.#version = version;
    }
    return this.#header;
  }
}
