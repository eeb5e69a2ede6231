/** (c) After quiescence all replicas of a partition have equal digests, and reads of each replica alone are equal. */
import { Violation } from "../violation.js";

/** What each node alone answers for a key. */
export function checkEqualScans(key: { readonly name: string }, held: ReadonlyMap<string, string>): void {
  const [first] = held;
  for (const [nodeId, values] of held)
    if (first !== undefined && values !== first[1])
      throw new Violation(
        "c",
        `${first[0]} holds [${first[1]}] under ${key.name}, and ${nodeId} [${values}]`,
      );
}
