/** Rule 14: the audit, the votes on damage, and the scrub. */
import type { Mutant } from "../mutant.js";

export const AUDITING: readonly Mutant[] = [
  {
    name: "audit-joins-damage",
    rule: "14",
    why: "rows that differ are joined, as everywhere else: what one replica lost was deleted, then",
    edits: [
      {
        file: "src/replication/audit-rows.ts",
        find: "if (!ourContext.includesDotsOf(row.ahead)) {",
        replace: "if (ourContext.includesDotsOf(row.ahead)) {",
      },
    ],
  },
  {
    name: "read-spreads-a-loss",
    rule: "14",
    why: "a read takes what a replica lost in silence for a removal that the others have not heard of",
    edits: [
      {
        file: "src/replication/reconcile.ts",
        find: "withDots(joined, isEqual ? [] : unaccounted(seen))",
        replace: "withDots(joined, isEqual ? unaccounted(seen) : [])",
      },
    ],
  },
  {
    name: "audit-believes-the-peer",
    rule: "14",
    why: "whoever shows another row than ours has the right one",
    edits: [
      {
        file: "src/replication/damage-vote.ts",
        find: "const winner = winnerOf(shown, members, (live) => items.versionOf(live));",
        replace:
          "const winner = shown.length > members + 1 ? winnerOf(shown, members, (live) => items.versionOf(live)) : vote.theirs;",
      },
    ],
  },
  {
    name: "audit-does-not-heal",
    rule: "14",
    why: "the audit counts and reports what differs, and an operator repairs it",
    edits: [
      {
        file: "src/replication/damage-vote.ts",
        find: "    replica.restore(rowKey, winner);\n",
        replace: "",
      },
    ],
  },
  {
    name: "equal-clocks-equal-rows",
    rule: "14",
    why: "replicas with equal clocks hold the same, and their sketches need not be compared",
    edits: [
      {
        file: "src/replication/audit-service.ts",
        find: "else if (replica.sketch.check !== check) {",
        replace: "else if (clock === undefined && replica.sketch.check !== check) {",
      },
    ],
  },
  {
    name: "scrub-reads-memory",
    rule: "14",
    why: "the scrub reads rows as everybody does, through the cache",
    edits: [
      {
        file: "src/replica/scrub.ts",
        find: "const { live } = replica.rows.readStored(rowKey);",
        replace: "const { live } = replica.rows.readPending(rowKey);",
      },
    ],
  },
  {
    name: "scrub-believes-the-sketch",
    rule: "14",
    why: "the sketch follows every write, so what a scrub finds otherwise is the scrub's mistake",
    edits: [
      {
        file: "src/replica/partition-sketch.ts",
        find: "    this.#current = this.#scan.made;\n",
        replace: "    if (!this.#isReady) this.#current = this.#scan.made;\n",
      },
    ],
  },
  {
    name: "digest-over-stored-bytes",
    rule: "14",
    why: "a row's digest is that of its record",
    edits: [
      {
        file: "src/replica/row-store.ts",
        find: "this.#sketch.replace(rowKey, before.live, after.live);",
        replace: `const stored = (row: Row): Row["live"] => {
      const [first] = row.live;
      return row.ahead.isEmpty || first === undefined ? row.live : [...row.live, first];
    };
    this.#sketch.replace(rowKey, stored(before), stored(after));`,
      },
    ],
  },
];
