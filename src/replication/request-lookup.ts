/**
 * Looks for a request id at every replica of its partition, ourselves included, and waits until as many hold its dot as
 * the level asks for. See `WriteCoordinator`.
 */
import type { Actor, Hlc } from "../causality/index.js";
import type { LookupReply } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Environment } from "./environment.js";
import { type QuorumPart, QuorumTracker } from "./quorum.js";

/** Replicas that did not hold the dot are asked again, this often. */
const AGAIN_MS = 100;

type LookupResult =
  | {
      readonly kind: "found";
      readonly minted: { readonly actor: Actor; readonly counter: number; readonly hlc: Hlc };
      readonly acksReceived: number;
    }
  /** It was applied; too few replicas held it when the deadline came. */
  | { readonly kind: "found-short"; readonly acksReceived: number }
  /** A replica has done it, and it left nothing to do. */
  | { readonly kind: "nothing-to-do" }
  /** Every replica answered, none knows it, and none will apply it from now on. */
  | { readonly kind: "nobody-knows" }
  | { readonly kind: "cannot-tell" };

type Found = Exclude<LookupReply["found"], "nothing-to-do" | undefined>;

export class RequestLookup {
  readonly #environment: Environment;
  readonly #replica: PartitionReplica;
  readonly #requestId: string;
  readonly #tracker: QuorumTracker;
  readonly #deadlineMs: number;
  #found: Found | undefined;
  #isTraceDamaged = false;
  #leftNothing = false;

  constructor(
    environment: Environment,
    replica: PartitionReplica,
    requestId: string,
    goal: { readonly parts: readonly QuorumPart[]; readonly deadlineMs: number },
  ) {
    this.#environment = environment;
    this.#replica = replica;
    this.#requestId = requestId;
    this.#tracker = new QuorumTracker(goal.parts);
    this.#deadlineMs = goal.deadlineMs;
  }

  run(done: (result: LookupResult) => void): void {
    const trace = this.#replica.findRequest(this.#requestId);
    if (trace !== undefined && trace.kind !== "damaged") this.#found = trace.dot;
    this.#environment.commit.whenDurable(() => {
      if (trace?.kind === "applied") this.#tracker.succeed(this.#environment.self.number);
      this.#isTraceDamaged = trace?.kind === "damaged";
      this.#askOthers(done);
    });
  }

  #askOthers(done: (result: LookupResult) => void): void {
    const { calls, neighbourhood, timers, clock } = this.#environment;
    const others = neighbourhood(this.#replica.partition).others;
    const toAsk = others.filter((member) => !this.#tracker.hasSucceeded(member));
    let answered = 0;
    let left = toAsk.length + 1;
    const callIds: number[] = [];
    const settle = (): void => {
      if (left === 0) return;
      left = 0;
      timer.cancel();
      for (const id of callIds) calls.cancel(id);
      this.#conclude(answered === toAsk.length && !this.#isTraceDamaged, done);
    };
    const one = (): void => {
      if (left === 1 || this.#isMet()) settle();
      else left--;
    };
    const timer = timers.after(Math.max(0, this.#deadlineMs - clock.monotonicMs()), settle);
    for (const member of toAsk) {
      const id = calls.call(
        member,
        "lookup-reply",
        (callId) => this.#request(callId),
        (reply) => {
          if (reply !== undefined) answered++;
          const found = reply?.found;
          if (found === "nothing-to-do") {
            this.#leftNothing = true;
            return settle();
          }
          if (found !== undefined) {
            this.#found ??= found;
            this.#tracker.succeed(member);
          }
          one();
        },
      );
      callIds.push(id);
    }
    one();
  }

  #request(id: number): { type: "lookup-request"; id: number; partition: number; requestId: string } {
    return { type: "lookup-request", id, partition: this.#replica.partition, requestId: this.#requestId };
  }

  #isMet(): boolean {
    return this.#found !== undefined && this.#tracker.isSatisfied;
  }

  #conclude(isUnknownEverywhere: boolean, done: (result: LookupResult) => void): void {
    const acksReceived = this.#tracker.received;
    if (this.#leftNothing) return done({ kind: "nothing-to-do" });
    if (this.#found === undefined)
      return done({ kind: isUnknownEverywhere ? "nobody-knows" : "cannot-tell" });
    if (this.#tracker.isSatisfied)
      return done({ kind: "found", minted: this.#found, acksReceived: this.#tracker.answers });
    const remainingMs = this.#deadlineMs - this.#environment.clock.monotonicMs();
    if (remainingMs <= 0) return done({ kind: "found-short", acksReceived });
    this.#environment.timers.after(Math.min(AGAIN_MS, remainingMs), () => this.run(done));
  }
}
