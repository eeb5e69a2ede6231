/**
 * Who stands in for the replicas of one write that are away (rule 15): for each of them an alive node of its region that
 * holds no replica, no node twice, so that every copy that counts is on a disk of its own. One that does not take its
 * copy is replaced by the next. A copy whose answer nobody waits for any more goes home all the same.
 */
import type { Delta } from "../codec/index.js";
import type { Environment } from "./environment.js";
import type { QuorumPart } from "./quorum.js";

export class StandIns {
  readonly #environment: Environment;
  /** By region: those who are not asked yet, the next one first. */
  readonly #spare = new Map<string, number[]>();
  /** By home, the replica that is away. */
  readonly #chosen = new Map<number, number>();
  readonly #callIds: number[] = [];
  #isOver = false;

  constructor(environment: Environment, partition: number, parts: readonly QuorumPart[]) {
    this.#environment = environment;
    const { liveness, view } = environment;
    for (const region of view.regions)
      this.#spare.set(
        region,
        view.fallbacksIn(partition, region).filter((member) => liveness.isAlive(member)),
      );
    for (const member of new Set(parts.flatMap(({ members }) => members)))
      if (!liveness.isAlive(member)) this.#choose(member);
  }

  standsInFor(home: number): boolean {
    return this.#chosen.has(home);
  }

  /** Only for durable deltas. `held` hears of each home for whom copies of all of them are on a disk. */
  ask(deltas: readonly Delta[], held: (home: number) => void): void {
    for (const home of [...this.#chosen.keys()]) {
      let left = deltas.length;
      for (const delta of deltas)
        this.#ask(home, delta, () => {
          left--;
          if (left === 0) held(home);
        });
    }
  }

  /** Nobody waits any more. */
  cancel(): void {
    this.#isOver = true;
    for (const id of this.#callIds) this.#environment.calls.cancel(id);
  }

  #choose(home: number): boolean {
    const region = this.#environment.view.memberByNumber(home)?.region;
    const fallback = region === undefined ? undefined : this.#spare.get(region)?.shift();
    if (fallback === undefined) this.#chosen.delete(home);
    else this.#chosen.set(home, fallback);
    return fallback !== undefined;
  }

  #ask(home: number, delta: Delta, held: () => void): void {
    const fallback = this.#chosen.get(home);
    if (fallback === undefined) return;
    const id = this.#environment.calls.call(
      fallback,
      "hold-reply",
      (callId) => ({ type: "hold-request", id: callId, home, delta }),
      (reply) => {
        if (this.#isOver) return;
        if (reply?.isHeld === true) held();
        else if (this.#choose(home)) this.#ask(home, delta, held);
      },
    );
    this.#callIds.push(id);
  }
}
