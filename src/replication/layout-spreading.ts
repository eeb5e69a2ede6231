/**
 * How a change of the layout reaches every member. Peers tell each other the names of their layouts when a link comes up;
 * who sees that a peer has one that ours succeeds sends it ours. The peer makes it its own, durably, and starts again
 * with it. So a member that was away learns of it with its first link.
 */
import type { LayoutMessage, ViewMessage } from "../codec/index.js";
import {
  decodeLayout,
  encodeLayout,
  type Layout,
  LayoutError,
  type LayoutName,
  nameOf,
  succeeds,
  successorFault,
} from "../topology/index.js";
import type { Environment } from "./environment.js";

export class LayoutSpreading {
  readonly #environment: Environment;
  /** Of our layout. */
  readonly name: LayoutName;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.name = nameOf(environment.view.layout);
  }

  /** A peer says which layout it has. */
  compare(from: number, { layoutVersion, layoutHash }: ViewMessage): void {
    const { links, log, view } = this.#environment;
    const theirs: LayoutName = { version: layoutVersion, hash: layoutHash };
    if (theirs.version === this.name.version && theirs.hash !== this.name.hash)
      log.error(
        { peer: from, layout: this.name, theirs },
        theirs.version === 1
          ? "a peer was configured with another layout of this cluster: nothing is purged until both are configured alike"
          : "a peer has another layout of the same version, because two changes were made at once: one of them is undone",
      );
    if (!succeeds(this.name, theirs)) return;
    const isSent = links.send(from, { type: "layout", bytes: encodeLayout(view.layout) });
    if (!isSent) links.reset(from, "its queue has no room for the layout");
  }

  /** A peer sends its layout. */
  take(from: number, message: LayoutMessage): void {
    const { links, log, self, view } = this.#environment;
    let layout: Layout;
    try {
      layout = decodeLayout(message.bytes);
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error;
      return links.reset(from, `it sent a layout that is none: ${error.message}`);
    }
    if (!succeeds(nameOf(layout), this.name)) return;
    const fault = successorFault(layout, view.layout, self.number);
    if (fault === undefined) return this.#environment.adoptLayout(layout, () => undefined);
    log.warn(
      { peer: from, version: layout.version, fault },
      "a peer has a layout that this node cannot take",
    );
  }
}
