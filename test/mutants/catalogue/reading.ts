/** The reads of an application beyond one key: scans that go from page to page. */
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
    name: "scan-believes-longest-stretch",
    rule: "scans",
    why: "what one replica listed is listed, however far the others came",
    edits: [
      {
        file: "src/replication/range-read.ts",
        find: "return isReverse ? ends.at(-1) : ends[0];",
        replace: "return ends.length < bodies.length ? undefined : isReverse ? ends[0] : ends.at(-1);",
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
];
