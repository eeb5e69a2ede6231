/** The reads of an application beyond one key: scans that go from page to page, and watches that go from node to node. */
import type { Mutant } from "../mutant.js";

export const READING: readonly Mutant[] = [
  {
    name: "scan-skips-last-of-stretch",
    rule: "scans",
    why: "a stretch ends before the row that it names, as ranges do",
    edits: [
      {
        file: "src/replication/range-read.ts",
        find: "(isReverse ? rowKey >= upTo : rowKey <= upTo)",
        replace: "(isReverse ? rowKey > upTo : rowKey < upTo)",
      },
    ],
  },
  {
    name: "scan-merges-beyond-frontier",
    rule: "scans",
    why: "rows are merged up to where any of the partitions was read",
    edits: [
      {
        file: "src/replication/scan.ts",
        find: "frontier === undefined || this.#isAfter(frontier, reached)",
        replace: "frontier === undefined || this.#isAfter(reached, frontier)",
      },
    ],
  },
  {
    name: "scan-ends-with-failed-partition",
    rule: "scans",
    why: "a partition that cannot be read has nothing to show",
    edits: [
      {
        file: "src/replication/scan.ts",
        find: 'else if (outcome.kind === "failed") failure ??= outcome;',
        replace: "else source.left = undefined;",
      },
    ],
  },
  {
    name: "scan-lists-key-twice",
    rule: "scans",
    why: "the next page of a scan begins behind the last row, also of a set",
    edits: [
      {
        file: "src/replication/scan.ts",
        find: "if (!this.#hasElements || last === undefined) return",
        replace: "if (!this.#hasElements || last !== undefined) return",
      },
    ],
  },
  {
    name: "watch-ignores-what-was-seen",
    rule: "20",
    why: "where a watch goes on, its position says all that a replica has to know",
    edits: [
      {
        file: "src/replication/watch.ts",
        find: "const seen = member === part.source ? NOTHING : part.seen;",
        replace: "const seen = NOTHING;",
      },
    ],
  },
  {
    name: "watch-token-is-what-was-seen",
    rule: "20",
    why: "one vector is enough for a token: what was seen is where it goes on",
    edits: [
      {
        file: "src/replication/watch.ts",
        find: "if (position !== undefined) positions.set(partition, { position, seen });",
        replace: `if (position !== undefined) {
        const reached = position.copy();
        reached.join(seen);
        positions.set(partition, { position: reached, seen: NOTHING });
      }`,
      },
    ],
  },
  {
    name: "watch-skips-what-was-trimmed",
    rule: "20",
    why: "what is no longer in the log was long ago, and a watch shows what is new",
    edits: [
      {
        file: "src/replica/changes-view.ts",
        find: 'if (end === "below-floor") return { kind: "below-floor" };\n',
        replace: "\n",
      },
      {
        file: "src/replica/changes-view.ts",
        find: 'const position = end === "all-taken" ?',
        replace: 'const position = end !== "stopped" ?',
      },
    ],
  },
];
