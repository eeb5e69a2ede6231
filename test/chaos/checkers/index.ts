/** Everything that is checked of a history. One check, one pass: time grows with the history, memory with its keys. */
import type { HistoryLine } from "../history/history-line.js";
import { checkConvergence } from "./convergence.js";
import { checkLinearizable } from "./linearizable.js";
import { checkMulti } from "./multi.js";
import { checkRegister, checkSession } from "./register.js";
import { checkSet } from "./set.js";
import type { Checker, Verdict } from "./verdict.js";

const CHECKERS: readonly Checker[] = [
  checkSet,
  checkMulti,
  checkRegister,
  checkLinearizable,
  checkSession,
  checkConvergence,
];

export function checkHistory(history: Iterable<HistoryLine>): Verdict[] {
  return CHECKERS.map((check) => check(history));
}
