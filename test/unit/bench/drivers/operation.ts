/** An operation with only what a test is about. */
import type { Operation } from "../../../../bench/workload/index.js";

export function operation(kind: Operation["kind"], given: Partial<Operation> = {}): Operation {
  return { kind, key: "k", value: Buffer.from("v"), element: "e", length: 5, item: -1, ...given };
}
