/** Counts the elements of a set or a map, page by page: what is in memory is one page, however many there are. */
import type { NodeApi } from "../node/index.js";
import type { Failure, Operation, OperationOptions } from "../replication/index.js";
import { deadlinePassed, internalFailure, isFailure } from "./failure.js";

export function countElements(
  node: Pick<NodeApi, "execute">,
  list: Extract<Operation, { kind: "list" }>,
  options: OperationOptions | Failure,
  done: (result: number | Failure) => void,
): void {
  if (isFailure(options)) return done(options);
  const endsAt = performance.now() + options.timeoutMs;
  let count = 0;
  const countOn = (pageToken: Buffer): void => {
    const timeoutMs = endsAt - performance.now();
    if (timeoutMs <= 0) return done(deadlinePassed());
    node.execute({ ...list, pageToken }, { ...options, timeoutMs }, (outcome) => {
      if (outcome.kind === "failed") return done(outcome);
      if (outcome.kind !== "page") return done(internalFailure("a list ended as something else"));
      count += outcome.rows.length;
      if (outcome.nextPageToken.length === 0) done(count);
      else countOn(outcome.nextPageToken);
    });
  };
  countOn(list.pageToken);
}
