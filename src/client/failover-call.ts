import { AtollError } from "./atoll-error.js";
import { attemptFailure } from "./attempt-failure.js";
import type { AttemptCall, AttemptDone, AttemptOptions, NodeCalls } from "./node-calls.js";
import type { NodeHandle } from "./node-handle.js";
import type { RetryBudget } from "./retry-budget.js";
import { withAddress } from "./transport-account.js";
import { notGreeted } from "./transport-failure.js";

/** Makes one attempt: asks the node, with a request that says whether it is a retry. */
export type Send<Reply> = (
  node: NodeCalls,
  isRetry: boolean,
  options: AttemptOptions,
  done: AttemptDone<Reply>,
) => AttemptCall;

export interface FailoverRequest<Reply> {
  readonly send: Send<Reply>;
  /** The nodes to try in one round, best first. Regions may be added to `refused` while they are taken. */
  candidates(refused: ReadonlySet<string>): Iterator<NodeHandle, undefined>;
  readonly isWrite: boolean;
  /** Another call may have sent it before. */
  readonly isRepeated?: boolean;
  /** Of `performance.now()`. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly budget: RetryBudget;
  readonly limits: FailoverLimits;
  /** A node answered. @throws AtollError when the answer is of no use: it fails the call */
  onAnswer?(node: NodeHandle, reply: Reply): void;
  /** The region lacks replicas for this request. */
  onRegionRefused?(region: string): void;
  /** Every candidate failed: what the client believes of the cluster may be out of date. */
  onRoundFailed?(): void;
  /** Once, whatever came of it. */
  onEnd?(): void;
}

export interface FailoverLimits {
  readonly roundsMax: number;
  readonly attemptsMax: number;
  /** How long to wait for an attempt before the next candidate is asked as well. */
  readonly patienceMs: (remainingMs: number) => number;
}

const BACKOFF_MS_MIN = 50;
const BACKOFF_MS_MAX = 1_000;

interface Attempt {
  readonly node: NodeHandle;
  readonly startedAtMs: number;
  call: AttemptCall | undefined;
}

/**
 * One request, tried on one node after another until one answers it.
 *
 * An attempt that fails makes way for the next candidate. An attempt that stays silent for a third of the time left
 * (a paused process, a dead link) gets company: the next candidate is asked too, and the first answer wins. The
 * silent one is not given up, because what is slow may be the quorum and not the node. When all candidates failed, the
 * next round begins after a jittered pause, unless all of them have become nodes of another cluster.
 *
 * All attempts carry one request id, in `send`. They say `isRetry` as soon as an earlier one may have arrived, and the
 * server then applies the write at most once or answers MAYBE_APPLIED, which ends the call unless an attempt is still
 * out that may know better.
 */
export class FailoverCall<Reply> {
  readonly #request: FailoverRequest<Reply>;
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (error: AtollError) => void;
  readonly #out = new Set<Attempt>();
  readonly #refused = new Set<string>();
  /** Regions in which one node was silent. A second one says that the region is, and not the node. */
  #silentRegions: Set<string> | undefined;
  #onAbort: (() => void) | undefined;
  #candidates: Iterator<NodeHandle, undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempts = 0;
  #rounds = 0;
  #mayHaveArrived: boolean;
  /** What to report when no attempt does better. */
  #failure: AtollError | undefined;
  /** What a node of another cluster said in this round; it is reported only where no node of ours failed as well. */
  #stray: AtollError | undefined;
  #hasOwnFailed = false;
  #isSettled = false;

  private constructor(
    request: FailoverRequest<Reply>,
    resolve: (reply: Reply) => void,
    reject: (error: AtollError) => void,
  ) {
    this.#request = request;
    this.#mayHaveArrived = request.isRepeated ?? false;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** @throws AtollError the best account of why no node answered, or the answer that refused the request. */
  static run<Reply>(request: FailoverRequest<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const call = new FailoverCall<Reply>(request, resolve, reject);
      if (!call.#heeds(request.signal)) return;
      request.budget.deposit();
      call.#nextRound();
    });
  }

  /** False when it is aborted already. */
  #heeds(signal: AbortSignal | undefined): boolean {
    if (signal === undefined) return true;
    this.#onAbort = () => this.#fail(AtollError.cancelled(signal.reason));
    if (!signal.aborted) signal.addEventListener("abort", this.#onAbort, { once: true });
    else this.#onAbort();
    return !signal.aborted;
  }

  #nextRound(): void {
    this.#rounds += 1;
    this.#stray = undefined;
    this.#hasOwnFailed = false;
    this.#refused.clear();
    this.#candidates = this.#request.candidates(this.#refused);
    this.#launch();
  }

  /** Asks the next candidate, beside whatever is still out. */
  #launch(): void {
    clearTimeout(this.#timer);
    const nowMs = performance.now();
    const remainingMs = this.#request.deadlineMs - nowMs;
    if (remainingMs <= 0) {
      this.#fail(deadlineExceeded(this.#failure ?? this.#stray));
      return;
    }
    const { limits } = this.#request;
    const node = this.#attempts < limits.attemptsMax ? this.#candidates?.next().value : undefined;
    if (node === undefined) {
      if (this.#out.size === 0) this.#roundOver(remainingMs);
      return;
    }
    this.#attempts += 1;
    const attempt: Attempt = { node, startedAtMs: nowMs, call: undefined };
    this.#out.add(attempt);
    node.began();
    const patienceMs = limits.patienceMs(remainingMs);
    if (patienceMs < remainingMs) this.#timer = setTimeout(() => this.#silent(attempt), patienceMs);
    const deadline = new Date(Date.now() + remainingMs);
    try {
      attempt.call = this.#request.send(node.calls, this.#mayHaveArrived, { deadline }, (error, reply) => {
        this.#ended(attempt, error, reply);
      });
    } catch (thrown) {
      this.#ended(attempt, AtollError.from(thrown), undefined);
    }
  }

  #ended(attempt: Attempt, thrown: Error | null, reply: Reply | undefined): void {
    if (!this.#out.delete(attempt)) return;
    const { node, startedAtMs } = attempt;
    node.ended();
    if (thrown === null && reply !== undefined) {
      node.answered(performance.now() - startedAtMs);
      this.#answered(node, reply);
      return;
    }
    this.#failed(attempt, AtollError.from(thrown ?? new Error("the node answered with no message")));
  }

  #answered(node: NodeHandle, reply: Reply): void {
    this.#settle();
    try {
      this.#request.onAnswer?.(node, reply);
      this.#resolve(reply);
    } catch (thrown) {
      this.#reject(AtollError.from(thrown));
    }
  }

  #failed({ node, startedAtMs }: Attempt, thrown: AtollError): void {
    const error = withAddress(thrown, node.address);
    const { scope, mayHaveArrived } = attemptFailure(error);
    if (mayHaveArrived) this.#mayHaveArrived = true;
    const isStray = error.reason === "WRONG_CLUSTER";
    if (isStray) this.#stray = error;
    else {
      this.#hasOwnFailed = true;
      this.#failure = moreTelling(this.#failure, error);
    }
    const failure = this.#failure ?? error;
    if (scope === "answer") {
      if (error.reason !== undefined) node.answered(performance.now() - startedAtMs);
      else if (error.code === "DEADLINE_EXCEEDED") node.failed("silence", startedAtMs);
      if (error.reason !== "MAYBE_APPLIED" || this.#out.size === 0) this.#fail(error);
      return;
    }
    if (scope === "node") {
      node.failed("failure", startedAtMs);
    } else {
      node.answered(performance.now() - startedAtMs);
    }
    if (scope === "region") {
      this.#refused.add(node.region);
      this.#request.onRegionRefused?.(node.region);
    }
    // What never left this process, or went to another cluster, burdens nobody of ours, so trying the next node is free.
    const isFree = isStray || (error.reason === undefined && !mayHaveArrived);
    const isUndecided = failure.reason === "MAYBE_APPLIED";
    if (!isUndecided && (isFree || this.#request.budget.withdraw(performance.now()))) this.#launch();
    else if (this.#out.size === 0) this.#fail(isUndecided ? failure : budgetSpent(failure));
  }

  #silent(attempt: Attempt): void {
    if (!this.#out.has(attempt)) return;
    const { call, node, startedAtMs } = attempt;
    if (call?.hasLeft === false) {
      call.cancel();
      return this.#ended(attempt, notGreeted(), undefined);
    }
    node.failed("silence", startedAtMs);
    this.#mayHaveArrived = true;
    this.#silentRegions ??= new Set();
    if (this.#silentRegions.has(node.region)) this.#refused.add(node.region);
    this.#silentRegions.add(node.region);
    if (this.#failure?.reason === "MAYBE_APPLIED") return;
    if (this.#request.budget.withdraw(performance.now())) this.#launch();
  }

  #roundOver(remainingMs: number): void {
    const { limits } = this.#request;
    const strays = this.#hasOwnFailed ? undefined : this.#stray;
    // That addresses passed to another cluster does not mend itself.
    const isOver =
      strays !== undefined || this.#rounds >= limits.roundsMax || this.#attempts >= limits.attemptsMax;
    const pauseMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** this.#rounds) * (0.5 + Math.random() / 2);
    if (isOver || pauseMs >= remainingMs) {
      this.#fail(strays ?? this.#failure ?? noCandidates());
      return;
    }
    this.#request.onRoundFailed?.();
    this.#timer = setTimeout(() => this.#nextRound(), pauseMs);
  }

  #fail(error: AtollError): void {
    if (this.#isSettled) return;
    const { isWrite } = this.#request;
    const mayBeApplied = isWrite && (this.#mayHaveArrived || this.#out.size > 0);
    this.#settle();
    const told = isWrite && error.reason === undefined ? withState(error, mayBeApplied) : error;
    this.#reject(mayBeApplied ? told.asMaybeApplied() : told);
  }

  /** Ends what is still out and leaves nothing behind. */
  #settle(): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.#request.signal?.removeEventListener("abort", this.#onAbort);
    for (const attempt of this.#out) {
      attempt.node.ended();
      attempt.call?.cancel();
    }
    this.#out.clear();
    this.#request.onEnd?.();
  }
}

/** A server that named a reason told more than a broken connection, and MAYBE_APPLIED tells most. */
function moreTelling(known: AtollError | undefined, news: AtollError): AtollError {
  if (known?.reason === "MAYBE_APPLIED" || news.reason === "MAYBE_APPLIED") {
    return known?.reason === "MAYBE_APPLIED" ? known : news;
  }
  return known?.reason !== undefined && news.reason === undefined ? known : news;
}

function deadlineExceeded(cause: AtollError | undefined): AtollError {
  const message = "the deadline passed before a node answered";
  return new AtollError({
    code: "DEADLINE_EXCEEDED",
    reason: undefined,
    message: cause === undefined ? message : `${message}; the last failure: ${cause.message}`,
    cause,
  });
}

/** Of a write, what it left; servers of ours say that themselves. */
function withState(error: AtollError, mayBeApplied: boolean): AtollError {
  const { code, reason, metadata } = error;
  const state = mayBeApplied ? "the write may have been applied, or may yet be" : "nothing was written";
  return new AtollError({
    code,
    reason,
    message: `${error.message}; ${state}`,
    metadata,
    cause: error.cause,
  });
}

function budgetSpent(failure: AtollError): AtollError {
  const { code, reason, metadata } = failure;
  const message = `${failure.message} (not tried elsewhere: too many requests fail, and the retry budget is spent)`;
  return new AtollError({ code, reason, message, metadata, cause: failure });
}

function noCandidates(): AtollError {
  return new AtollError({
    code: "UNAVAILABLE",
    reason: undefined,
    message: "the layout names no node for this key",
  });
}
