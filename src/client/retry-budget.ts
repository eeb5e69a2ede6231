/**
 * Keeps retries from multiplying load (after gRPC's and Finagle's retry budgets). Every request pays in a tenth of a
 * token and a retry takes a whole one, so that in the long run at most a tenth of the load is retries; a floor by time
 * lets a quiet client retry too, and the capacity covers the burst of requests in flight when a node dies.
 */
interface RetryBudgetLimits {
  readonly tokensMax: number;
  readonly tokensPerRequest: number;
  readonly tokensPerSecond: number;
}

export const RETRY_BUDGET_LIMITS: RetryBudgetLimits = {
  tokensMax: 256,
  tokensPerRequest: 0.1,
  tokensPerSecond: 10,
};

export class RetryBudget {
  readonly #limits: RetryBudgetLimits;
  #tokens: number;
  #refilledAtMs: number;

  constructor(limits: RetryBudgetLimits, nowMs: number) {
    this.#limits = limits;
    this.#tokens = limits.tokensMax;
    this.#refilledAtMs = nowMs;
  }

  /** One more request, of which a tenth may be retried. */
  deposit(): void {
    this.#add(this.#limits.tokensPerRequest);
  }

  /** True, and one token less, when a retry may be made now. */
  withdraw(nowMs: number): boolean {
    const elapsedMs = Math.max(0, nowMs - this.#refilledAtMs);
    this.#refilledAtMs = nowMs;
    this.#add((elapsedMs / 1000) * this.#limits.tokensPerSecond);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #add(tokens: number): void {
    this.#tokens = Math.min(this.#limits.tokensMax, this.#tokens + tokens);
  }
}
