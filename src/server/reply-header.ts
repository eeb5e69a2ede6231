/** The header that every reply carries: who answered, and by which layout. */
import type { NodeApi } from "../node/index.js";
import type { kv } from "../wire/index.js";

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

  current(): kv.ReplyHeader {
    const { version, clusterId } = this.#node.layout;
    if (this.#header === undefined || version !== this.#version) {
      this.#header = { ...this.#identity, clusterId, layoutVersion: version };
      this.#version = version;
    }
    return this.#header;
  }
}
