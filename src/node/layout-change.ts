/**
 * How a node comes to another layout: it writes it into its store, ends, and is built again with it. Nothing that runs
 * ever sees its members change.
 */
import { failure, type Replicator } from "../replication/index.js";
import type { GroupCommit } from "../storage/index.js";
import type { Layout } from "../topology/index.js";
import type { RemovalOutcome } from "./node-api.js";
import { incarnationKey, LAYOUT_KEY, sealLayout } from "./node-record.js";

export class LayoutChange {
  readonly #present: Layout;
  readonly #commit: GroupCommit;
  readonly #replicator: Replicator;
  readonly #end: (message: string) => void;
  /** One is on its way to the disk. */
  #isUnderWay = false;

  constructor(present: Layout, commit: GroupCommit, replicator: Replicator, end: (message: string) => void) {
    this.#present = present;
    this.#commit = commit;
    this.#replicator = replicator;
    this.#end = end;
  }

  /** See `NodeApi.removeMember`. */
  remove(nodeId: string, done: (outcome: RemovalOutcome) => void): void {
    if (this.#isUnderWay)
      return done(
        failure("NOT_READY", "the layout is being changed; nothing was done, try again in some seconds"),
      );
    const next = this.#replicator.layoutWithout(nodeId);
    if (next.kind === "failed") return done(next);
    const layoutVersion = next.layout.version;
    this.adopt(next.layout, () => done({ kind: "removed", layoutVersion }));
  }

  /** One that comes while another is on its way is told again once the node is back. */
  adopt(layout: Layout, durable: () => void): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    const stay = new Set(layout.members.map(({ number }) => number));
    const gone = this.#present.members.filter(({ number }) => !stay.has(number));
    for (const { number } of gone) {
      this.#replicator.away.dismiss(number);
      this.#commit.put(incarnationKey(number), undefined);
    }
    this.#commit.put(LAYOUT_KEY, sealLayout(layout));
    this.#commit.whenDurable(() => {
      durable();
      const names = gone.map(({ nodeId }) => nodeId).join(", ");
      this.#end(
        `layout ${layout.version} takes the place of ${this.#present.version}; removed: ${names || "nobody"}`,
      );
    });
  }
}
