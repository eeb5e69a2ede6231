/** Walks a partition in key order together with the peer, page by page: for when too much differs to be decoded. */
import type { AuditListEntry, RowKey } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { AuditAsk } from "./audit-ask.js";
import type { AuditRows, FoundRow } from "./audit-rows.js";

const OWN_ROWS = 1_000;

interface WalkHooks {
  /** These rows differ, or one side lacks them; the walk goes on when it is called back. */
  differing(found: readonly FoundRow[], done: () => void): void;
  done(isComplete: boolean): void;
}

export class AuditWalk {
  readonly #replica: PartitionReplica;
  readonly #rows: AuditRows;
  readonly #ask: AuditAsk;
  readonly #hooks: WalkHooks;

  constructor(replica: PartitionReplica, rows: AuditRows, ask: AuditAsk, hooks: WalkHooks) {
    this.#replica = replica;
    this.#rows = rows;
    this.#ask = ask;
    this.#hooks = hooks;
  }

  begin(): void {
    this.#page(undefined);
  }

  #page(after: RowKey | undefined): void {
    const { partition } = this.#replica;
    this.#ask.ask(
      "audit-list-reply",
      (id) => ({ type: "audit-list-request", id, partition, after }),
      (reply) => {
        const upTo = reply?.upTo;
        if (reply === undefined || (upTo !== undefined && after !== undefined && upTo <= after))
          return this.#hooks.done(false);
        const theirs = new Map(reply.entries.map((entry: AuditListEntry) => [entry.rowKey, entry.version]));
        this.#compare(theirs, after, upTo, [], (found) =>
          this.#hooks.differing(found, () =>
            upTo === undefined ? this.#hooks.done(true) : this.#page(upTo),
          ),
        );
      },
    );
  }

  /** Takes what is equal out of `theirs`; what is left of it in the end is not here. */
  #compare(
    theirs: Map<RowKey, bigint>,
    after: RowKey | undefined,
    upTo: RowKey | undefined,
    found: FoundRow[],
    done: (found: readonly FoundRow[]) => void,
  ): void {
    const replica = this.#replica;
    replica.rows.scan(after, OWN_ROWS, "durable", (error, rowKeys) => {
      if (error !== undefined) return this.#hooks.done(false);
      const inStretch = rowKeys.filter((rowKey) => upTo === undefined || rowKey <= upTo);
      for (const rowKey of inStretch) {
        const row = this.#rows.show({ replica, rowKey });
        const version = row === undefined ? undefined : replica.sketch.items.versionOf(row.live);
        if (version !== undefined && version !== (theirs.get(rowKey) ?? 0n)) found.push({ replica, rowKey });
        theirs.delete(rowKey);
      }
      const last = inStretch.at(-1);
      if (inStretch.length === OWN_ROWS && last !== undefined)
        return this.#compare(theirs, last, upTo, found, done);
      done([...found, ...[...theirs.keys()].map((rowKey) => ({ replica, rowKey }))]);
    });
  }
}
