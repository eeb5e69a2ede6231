/**
 * Heals a row whose record was found damaged: fetches it from every other replica that is there and joins what comes.
 * It is whole again when that covers the clock as of the damage (rule 12). Reads heal, too, where they come across the
 * damage; but a row that nobody reads would refuse writes, and keep this replica from being a source, for ever.
 */
import type { RowKey } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Environment } from "./environment.js";

export class RowHealing {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Once, with whoever answers: the next access that finds the row damaged begins anew. */
  heal(replica: PartitionReplica, rowKey: RowKey): void {
    const { calls, liveness, neighbourhood } = this.#environment;
    const { partition } = replica;
    for (const member of neighbourhood(partition).others) {
      if (!liveness.isAlive(member)) continue;
      calls.call(
        member,
        "read-reply",
        (id) => ({ type: "read-request", id, partition, rowKey, digestAgainst: undefined }),
        (reply) => {
          if (reply?.body.kind === "state") replica.join(rowKey, reply.body.state);
        },
      );
    }
  }
}
