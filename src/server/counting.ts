/**
 * Counts the elements of a set or a map, page by page: what is in memory is one page, however many there are. No call
 * counts for long: what is left when its time is up, the next one counts, so that no set is too large to be counted within
 * a timeout, and no node goes on for minutes for a client that has asked another one meanwhile.
 */
import type { RowKey } from "../codec/index.js";
import type { NodeApi } from "../node/index.js";
import type { Failure, Operation } from "../replication/index.js";
import { type Call, run } from "./call.js";
import { internalFailure } from "./failure.js";

/** A call begins no page after so long, or so much of its timeout: clients wait for a third before they ask elsewhere. */
const COUNTING_MS_MAX = 1_000;
const COUNTING_PART_OF_TIMEOUT = 1 / 4;

/** What one call counted. */
export interface Counted {
  readonly count: number;
  /** It went so far; undefined: to the end. */
  readonly upTo: RowKey | undefined;
}

export function countElements(
  node: Pick<NodeApi, "execute">,
  list: Extract<Operation, { kind: "list" }>,
  call: Call,
  done: (result: Counted | Failure) => void,
): void {
  const { timeoutMs } = call.options;
  const startMs = performance.now();
  const countingMs = Math.min(COUNTING_MS_MAX, timeoutMs * COUNTING_PART_OF_TIMEOUT);
  let count = 0;
  const countOn = (after: RowKey | undefined, elapsedMs: number): void => {
    const options = { ...call.options, timeoutMs: timeoutMs - elapsedMs };
    run(node, { ...list, after }, { ...call, options }, (outcome) => {
      if (outcome.kind === "failed") return done(outcome);
      if (outcome.kind !== "page") return done(internalFailure("a list ended as something else"));
      count += outcome.rows.length;
      const { upTo } = outcome;
      const nowElapsedMs = performance.now() - startMs;
      if (upTo === undefined || nowElapsedMs >= countingMs) done({ count, upTo });
      else countOn(upTo, nowElapsedMs);
    });
  };
  countOn(list.after, 0);
}
