import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import { attemptFailure } from "./attempt-failure.js";
import type { BalancingPolicy } from "./balancing.js";
import { candidates } from "./candidates.js";
import type { ClusterView } from "./cluster-view.js";
import { type Consistency, type WireConsistency, wireConsistency } from "./consistency.js";
import {
  type Dispatch,
  type DispatchEvents,
  DispatchedCall,
  FAILOVER_LIMITS,
  type Replied,
} from "./dispatched-call.js";
import { FailoverCall } from "./failover-call.js";
import type { NodeHandle } from "./node-handle.js";
import { placeOf, QuorumOutages } from "./quorum-outages.js";
import { checkRequestName, type RequestName } from "./request-id.js";
import type { RetryBudget } from "./retry-budget.js";
import type { Route } from "./routing-table.js";
import type { SessionCall, SessionState } from "./session-state.js";
import { checkTimeoutMs, type UpdateOptions } from "./settings.js";
import { withAddress } from "./transport-account.js";

/** Calls of one client that may be under way; beyond it a call is refused, so that a flood cannot eat the memory. */
const CALLS_MAX = 32_768;

/** A call's options, checked, with the client's defaults in the gaps. */
export interface CallTerms {
  /** Whose nodes may serve it: an address may pass to another cluster. */
  readonly clusterId: string;
  readonly consistency: WireConsistency;
  /** What tells this level from others where outages are remembered. */
  readonly level: string | number;
  /** Of a write: fallbacks may count. */
  readonly isSloppy: boolean;
  /** Of a write, by its caller. */
  readonly request: RequestName | undefined;
  /** Of `performance.now()`. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** Undefined outside of any session. */
  readonly session: SessionCall | undefined;
}

interface CallDefaults {
  readonly consistency: Consistency | undefined;
  readonly timeoutMs: number;
}

interface OpenStream {
  fail(error: AtollError): void;
}

/** Sends each request to the right nodes, and learns from what comes of it. */
export class Dispatcher {
  readonly #view: ClusterView;
  readonly #policy: BalancingPolicy;
  readonly #budget: RetryBudget;
  readonly #defaults: CallDefaults;
  readonly #outages = new QuorumOutages();
  readonly #streams = new Set<OpenStream>();
  readonly #events: DispatchEvents = {
    candidates: (route, terms, refused) => this.#candidates(route, terms, refused),
    answered: (node, header, { partition }, { level }) => {
      if (!this.#outages.isEmpty) this.#outages.answered(placeOf(node.region, partition, level));
      this.#view.noticed(header, node);
    },
    regionRefused: (region, route, terms) => this.#regionRefused(region, route, terms),
    roundFailed: () => this.#view.refresh(),
    ended: () => {
      this.#calls -= 1;
      if (this.#calls === 0) this.#whenIdle?.();
    },
  };
  #calls = 0;
  #closed: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(view: ClusterView, policy: BalancingPolicy, budget: RetryBudget, defaults: CallDefaults) {
    this.#view = view;
    this.#policy = policy;
    this.#budget = budget;
    this.#defaults = defaults;
  }

  get clusterId(): string {
    return this.#view.clusterId;
  }

  /** @throws AtollError INVALID_ARGUMENT that names the option. */
  terms(options: UpdateOptions, session: SessionState | undefined): CallTerms {
    const consistency = options.consistency ?? this.#defaults.consistency;
    const timeoutMs = checkTimeoutMs(options.timeoutMs ?? this.#defaults.timeoutMs);
    return {
      clusterId: this.#view.clusterId,
      consistency: wireConsistency(consistency),
      level: options.sloppy === true ? `${consistency ?? ""} sloppy` : (consistency ?? ""),
      isSloppy: options.sloppy ?? false,
      request: checkRequestName(options),
      deadlineMs: performance.now() + timeoutMs,
      signal: options.signal,
      session: session?.begin(),
    };
  }

  routeOf(bucket: string, key: Uint8Array): Route {
    return this.#view.routeOf(bucket, key);
  }

  /** The node that a request on this route would be sent to first. */
  firstNode(route: Route, terms: CallTerms): NodeHandle | undefined {
    return this.#candidates(route, terms, new Set()).next().value;
  }

  dispatch<Reply extends Replied>(dispatch: Dispatch<Reply>): Promise<Reply> {
    if (this.#closed !== undefined) return Promise.reject(clientClosed());
    if (this.#calls + this.#streams.size >= CALLS_MAX) return Promise.reject(tooManyCalls());
    this.#calls += 1;
    return FailoverCall.run(new DispatchedCall(dispatch, this.#budget, this.#events));
  }

  /** Takes note of a refusal that came inside an answer, of one item of a batch or one page of a stream. */
  refusedBy(
    header: kv.ReplyHeader__Output | null,
    route: Route,
    terms: CallTerms,
    scope: "node" | "region" | "elsewhere",
  ): void {
    if (header === null || scope === "elsewhere") return;
    if (scope === "region") this.#regionRefused(header.region, route, terms);
    else this.#view.nodeOf(header.nodeId)?.failed("failure", performance.now());
  }

  /** How long a node of a stream may be silent before another is asked instead. */
  patienceMs({ deadlineMs }: CallTerms): number {
    return FAILOVER_LIMITS.patienceMs(deadlineMs - performance.now());
  }

  /** The node that answered with this header before has been silent for too long. */
  silentBy(header: kv.ReplyHeader__Output | null): void {
    this.#view.nodeOf(header?.nodeId ?? "")?.failed("silence", performance.now());
  }

  /**
   * Takes note of the failure of a stream that had begun well.
   * @throws the error itself where no other node can do better, or the retry budget is spent
   */
  brokeOff(header: kv.ReplyHeader__Output | null, route: Route, terms: CallTerms, error: AtollError): void {
    const { scope } = attemptFailure(error);
    if (scope === "answer" || !this.mayRetry()) {
      const node = this.#view.nodeOf(header?.nodeId ?? "");
      throw node === undefined ? error : withAddress(error, node.address);
    }
    this.refusedBy(header, route, terms, scope);
  }

  /** A stream that `close` has to end. Paired with one `streamEnded`. */
  streamBegan(stream: OpenStream): void {
    if (this.#closed !== undefined) stream.fail(clientClosed());
    this.#streams.add(stream);
  }

  streamEnded(stream: OpenStream): void {
    this.#streams.delete(stream);
  }

  /** True, at the price of one retry, when the budget allows one. */
  mayRetry(): boolean {
    return this.#budget.withdraw(performance.now());
  }

  /** Refuses new calls, waits for those under way, ends the streams, and closes the connections. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#drain();
    return this.#closed;
  }

  async #drain(): Promise<void> {
    for (const stream of this.#streams) stream.fail(clientClosed());
    if (this.#calls > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await this.#view.close();
  }

  /** The region lacks replicas for this route: the next requests of the kind go past it for a while. */
  #regionRefused(region: string, { partition }: Route, { level }: CallTerms): void {
    this.#outages.failed(placeOf(region, partition, level), performance.now());
  }

  #candidates(route: Route, terms: CallTerms, refused: ReadonlySet<string>): Iterator<NodeHandle, undefined> {
    return candidates(route, {
      policy: this.#policy,
      refused,
      isOut: (region) =>
        !this.#outages.isEmpty &&
        this.#outages.isOut(placeOf(region, route.partition, terms.level), performance.now()),
    });
  }
}

function clientClosed(): AtollError {
  return new AtollError({
    code: "FAILED_PRECONDITION",
    reason: undefined,
    message: "the client is closed: connect anew",
  });
}

function tooManyCalls(): AtollError {
  return new AtollError({
    code: "RESOURCE_EXHAUSTED",
    reason: undefined,
    message: `${CALLS_MAX} calls are under way: await some of them before making more`,
  });
}
