/** Counts the elements of a set or a map, page by page: what is in memory is one page, however many there are. */
import type { RowKey } from "../codec/index.js";
import type { NodeApi } from "../node/index.js";
import type { Failure, Operation } from "../replication/index.js";
import { type Call, run } from "./call.js";
import { deadlinePassed, internalFailure } from "./failure.js";

export function countElements(
  node: Pick<NodeApi, "execute">,
  list: Extract<Operation, { kind: "list" }>,
  call: Call,
  done: (result: number | Failure) => void,
): void {
  const endsAt = performance.now() + call.options.timeoutMs;
  let count = 0;
  const countOn = (after: RowKey | undefined): void => {
    const timeoutMs = endsAt - performance.now();
    if (timeoutMs <= 0) return done(deadlinePassed());
    const options = { ...call.options, timeoutMs };
    run(node, { ...list, after }, { ...call, options }, (outcome) => {
      if (outcome.kind === "failed") return done(outcome);
      if (outcome.kind !== "page") return done(internalFailure("a list ended as something else"));
      count += outcome.rows.length;
      if (outcome.upTo === undefined) done(count);
      else countOn(outcome.upTo);
    });
  };
  countOn(list.after);
}
