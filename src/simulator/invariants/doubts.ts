/** (p) A replica that was empty mints nothing before it has heard another one (rule 2). */
import type { DiskClocks } from "../disk-clocks.js";
import { Violation } from "../violation.js";

export function checkDoubts(clocks: DiskClocks): void {
  const [doubtful] = clocks.doubtful;
  if (doubtful !== undefined) throw new Violation("p", doubtful);
}
