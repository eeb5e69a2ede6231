/** A request on its way: what failing over asks and tells of it. An object with methods, because every call makes one. */
import type { kv } from "../wire/index.js";
import type { CallTerms } from "./dispatcher.js";
import type { FailoverLimits, FailoverRequest, Send } from "./failover-call.js";
import type { NodeHandle } from "./node-handle.js";
import type { RetryBudget } from "./retry-budget.js";
import type { Route } from "./routing-table.js";

export const FAILOVER_LIMITS: FailoverLimits = {
  roundsMax: 3,
  attemptsMax: 24,
  patienceMs: (remainingMs) => Math.max(250, remainingMs / 3),
};

/** Every reply has a header. */
export interface Replied {
  readonly header: kv.ReplyHeader__Output | null;
}

export interface Dispatch<Reply> {
  readonly route: Route;
  readonly terms: CallTerms;
  readonly isWrite: boolean;
  readonly send: Send<Reply>;
  /** Ask this node before the others. */
  readonly first?: NodeHandle;
}

/** What the dispatcher does about each. */
export interface DispatchEvents {
  candidates(route: Route, terms: CallTerms, refused: ReadonlySet<string>): Iterator<NodeHandle, undefined>;
  answered(node: NodeHandle, header: kv.ReplyHeader__Output | null, route: Route, terms: CallTerms): void;
  regionRefused(region: string, route: Route, terms: CallTerms): void;
  roundFailed(): void;
  ended(): void;
}

export class DispatchedCall<Reply extends Replied> implements FailoverRequest<Reply> {
  readonly #dispatch: Dispatch<Reply>;
  readonly #events: DispatchEvents;
  readonly budget: RetryBudget;
  readonly limits = FAILOVER_LIMITS;

  constructor(dispatch: Dispatch<Reply>, budget: RetryBudget, events: DispatchEvents) {
    this.#dispatch = dispatch;
    this.#events = events;
    this.budget = budget;
  }

  get send(): Send<Reply> {
    return this.#dispatch.send;
  }

  get isWrite(): boolean {
    return this.#dispatch.isWrite;
  }

  get isRepeated(): boolean {
    return this.#dispatch.terms.request?.isFirst === false;
  }

  get deadlineMs(): number {
    return this.#dispatch.terms.deadlineMs;
  }

  get signal(): AbortSignal | undefined {
    return this.#dispatch.terms.signal;
  }

  candidates(refused: ReadonlySet<string>): Iterator<NodeHandle, undefined> {
    const { first, route, terms } = this.#dispatch;
    const all = this.#events.candidates(route, terms, refused);
    return first === undefined ? all : firstOf(first, all);
  }

  onAnswer(node: NodeHandle, { header }: Reply): void {
    const { isWrite, route, terms } = this.#dispatch;
    this.#events.answered(node, header, route, terms);
    terms.session?.saw(header, isWrite);
  }

  onRegionRefused(region: string): void {
    this.#events.regionRefused(region, this.#dispatch.route, this.#dispatch.terms);
  }

  onRoundFailed(): void {
    this.#events.roundFailed();
  }

  onEnd(): void {
    this.#events.ended();
  }
}

function* firstOf(
  first: NodeHandle,
  others: Iterator<NodeHandle, undefined>,
): Generator<NodeHandle, undefined> {
  yield first;
  for (let next = others.next(); next.done !== true; next = others.next()) {
    if (next.value !== first) yield next.value;
  }
}
