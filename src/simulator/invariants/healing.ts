/**
 * (q) What a disk lost in silence is found and made good, and not taken for what somebody removed (rule 14): the replica has
 * it back within a bounded time, and the others never part with it.
 */
import { Violation } from "../violation.js";

export function notHealed(withinMs: number, why: string): Violation {
  return new Violation("q", `${withinMs} ms after a cluster at rest was damaged ${why}`);
}
