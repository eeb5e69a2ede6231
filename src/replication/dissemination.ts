/**
 * Sends the node's own durable deltas to every other replica: directly inside the region, and once to each remote
 * region, where one replica relays it to the others. If a relay fails, clocks show the gap and catch-up fills it.
 */
import type { Delta } from "../codec/index.js";
import type { Environment } from "./environment.js";

export class Dissemination {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Rule 1: only a durable delta may be handed in. */
  send(delta: Delta): void {
    const { self, view } = this.#environment;
    for (const [region, members] of view.replicaSetByRegion(delta.partition)) {
      if (region === self.region) this.#sendToAll(delta, members);
      else this.#sendToRelay(delta, members);
    }
  }

  /** We are the relay: pass a delta on to the other replicas of our region, in the order in which deltas came. */
  relay(delta: Delta): void {
    const { self, view } = this.#environment;
    this.#sendToAll(delta, view.replicasIn(delta.partition, self.region));
  }

  #sendToAll(delta: Delta, members: readonly number[]): void {
    const { self, links } = this.#environment;
    for (const member of members)
      if (member !== self.number) this.#count(links.send(member, { type: "delta", delta, isRelayed: false }));
  }

  /** The first replica that is alive, in the order of the layout: the same for all, so deltas keep one path. */
  #sendToRelay(delta: Delta, members: readonly number[]): void {
    const { links, liveness } = this.#environment;
    for (const member of members) {
      if (!liveness.isAlive(member)) continue;
      if (links.send(member, { type: "delta", delta, isRelayed: true })) return this.#count(true);
    }
    this.#count(false);
  }

  #count(isSent: boolean): void {
    this.#environment.counters.add(isSent ? "deltas_sent" : "deltas_not_sent");
  }
}
