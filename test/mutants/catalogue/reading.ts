/**
 * The reads of an application beyond one key: scans that go from page to page, watches that go from node to node, and
 * batches that are there as a whole.
 */
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
    name: "watch-goes-on-behind",
    rule: "20",
    why: "a replica that lacks some of what a watch was shown elsewhere shows it when it comes",
    edits: [
      {
        file: "src/replica/changes-view.ts",
        find: "if (!holdsAll(clock, since) || !holdsAll(clock, seen)) return",
        replace: "if (holdsAll(clock, since) && !holdsAll(clock, since)) return",
      },
    ],
  },
  {
    name: "watch-token-runs-ahead",
    rule: "20",
    why: "a token says how far a replica was read, and not how far what it showed was handed out",
    edits: [
      {
        file: "src/replication/watch.ts",
        find: "  position: VersionVector | undefined;\n",
        replace: "  position: VersionVector | undefined;\n  reached?: VersionVector;\n",
      },
      {
        file: "src/replication/watch.ts",
        find: "    part.position = body.position;\n",
        replace: "    part.position = body.position;\n    part.reached = body.clock;\n",
      },
      {
        file: "src/replication/watch.ts",
        find: "for (const { partition, position, seen } of this.#parts)\n      if (position !== undefined) positions.set(partition, { position, seen });",
        replace:
          "for (const { partition, position, reached, seen } of this.#parts)\n      if (position !== undefined) positions.set(partition, { position: reached ?? position, seen });",
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
  {
    name: "batch-is-rows",
    rule: "batches",
    why: "the rows of a batch are in one batch on its coordinator's disk, and elsewhere they are rows like any",
    edits: [
      {
        file: "src/replication/write-coordinator.ts",
        find: "following: intents.length - 1 - index",
        replace: "following: index < 0 ? intents.length : 0",
      },
    ],
  },
  {
    name: "batch-applied-in-parts",
    rule: "batches",
    why: "rows of a batch come one right after the other, so a replica applies each when it comes",
    edits: [
      {
        file: "src/replication/delta-receiver.ts",
        find: "const isPart = delta.following > 0 &&",
        replace: "const isPart = delta.following < 0 &&",
      },
    ],
  },
];
