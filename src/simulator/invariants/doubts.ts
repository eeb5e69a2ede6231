/**
 * (p) A replica that may have forgotten says so, and does nothing that others would rely on: it mints nothing before it
 * has heard another one (rule 2), votes in no read, and is no source (rule 13).
 */
import type { DiskDoubts } from "../disk-doubts.js";
import type { DoubtWatch } from "../doubt-watch.js";
import { Violation } from "../violation.js";

export function checkDoubts(...watched: readonly Pick<DiskDoubts | DoubtWatch, "wrong">[]): void {
  for (const {
    wrong: [first],
  } of watched)
    if (first !== undefined) throw new Violation("p", first);
}
