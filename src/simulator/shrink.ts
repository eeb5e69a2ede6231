/**
 * Makes a plan that breaks a promise as small as it gets while it still breaks the same one: delta debugging over the
 * actions (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002), then a smaller cluster,
 * right clocks, default settings, fewer retries.
 */
import { AUDIT_INTERVAL_MS, CATCH_UP_PAGE_BYTES } from "../node/index.js";
import { type Action, isFault, type Plan, type PlannedFault } from "./plan.js";

type Operation = Exclude<Action, PlannedFault>;

export interface Shrunken {
  readonly plan: Plan;
  /** How many plans were run for it. */
  readonly runs: number;
}

/**
 * @param breaks runs a plan: whether it still breaks the same promise
 * @param isOver asked before each run: stop with the smallest so far once it is true
 */
export function shrinkPlan(plan: Plan, breaks: (plan: Plan) => boolean, isOver: () => boolean): Shrunken {
  return new Shrinker(plan, breaks, isOver).shrink();
}

class Shrinker {
  readonly #breaks: (plan: Plan) => boolean;
  readonly #isOver: () => boolean;
  #best: Plan;
  #runs = 0;

  constructor(plan: Plan, breaks: (plan: Plan) => boolean, isOver: () => boolean) {
    this.#best = plan;
    this.#breaks = breaks;
    this.#isOver = isOver;
  }

  shrink(): Shrunken {
    for (let size = Number.POSITIVE_INFINITY; sizeOf(this.#best) < size; ) {
      size = sizeOf(this.#best);
      this.#dropActions();
      this.#simplify();
    }
    const named = new Set(this.#best.actions.filter(isFault).map(({ fault }) => fault));
    return { plan: { ...this.#best, swarm: [...named].sort() }, runs: this.#runs };
  }

  #dropActions(): void {
    let parts = 2;
    while (this.#best.actions.length > 1 && !this.#isOver()) {
      const { actions } = this.#best;
      const length = Math.ceil(actions.length / parts);
      // From the end: what comes after the cause is most of it.
      const starts = Array.from(
        { length: Math.ceil(actions.length / length) },
        (_, i) => i * length,
      ).reverse();
      const isSmaller = starts.some((start) =>
        this.#try({ actions: actions.filter((_, i) => i < start || i >= start + length) }),
      );
      if (isSmaller) parts = Math.max(2, parts - 1);
      else if (length === 1) return;
      else parts = Math.min(actions.length, parts * 2);
    }
  }

  #simplify(): void {
    for (let perRegion = 1; perRegion < this.#best.nodesPerRegion; perRegion++)
      if (this.#try({ nodesPerRegion: perRegion, clockOffsetsMs: [] })) break;
    if (this.#best.clockOffsetsMs.length > 0) this.#try({ clockOffsetsMs: [] });
    if (this.#best.partitions > 1) this.#try({ partitions: 1 });
    this.#simplifySettings();
    for (const [at, action] of this.#best.actions.entries())
      if (!isFault(action)) for (const simpler of simplerThan(action)) this.#tryAt(at, simpler);
  }

  #simplifySettings(): void {
    const { settings } = this.#best;
    for (const [name, value] of Object.entries(PLAIN_SETTINGS))
      if (Object.entries(settings).some(([key, now]) => key === name && now !== value))
        this.#try({ settings: { ...this.#best.settings, [name]: value } });
  }

  #tryAt(at: number, action: Operation): void {
    this.#try({ actions: this.#best.actions.map((other, i) => (i === at ? action : other)) });
  }

  /** Keeps the change when the promise still breaks. */
  #try(change: Partial<Plan>): boolean {
    if (this.#isOver()) return false;
    this.#runs++;
    const plan = { ...this.#best, ...change };
    if (!this.#breaks(plan)) return false;
    this.#best = plan;
    return true;
  }
}

const PLAIN_SETTINGS: Plan["settings"] = {
  fsync: "always",
  maxSiblings: 100,
  rowCacheBytes: 1024 * 1024,
  requestIdWindowMs: 8_000,
  maxHintWindowMs: 3 * 3_600_000,
  hintBudgetBytes: 2 ** 30,
  catchUpPageBytes: CATCH_UP_PAGE_BYTES,
  catchUpBytesPerSecond: 2 ** 26,
  auditIntervalMs: AUDIT_INTERVAL_MS,
};

function sizeOf(plan: Plan): number {
  return plan.actions.length * 100 + plan.nodesPerRegion;
}

function simplerThan(operation: Operation): Operation[] {
  const simpler: Operation[] = [];
  if (operation.retries.length > 0) simpler.push({ ...operation, retries: [] });
  if (operation.lingersMs > 0) simpler.push({ ...operation, lingersMs: 0 });
  if (operation.isOfSession) simpler.push({ ...operation, isOfSession: false });
  if (!("usesContext" in operation)) return simpler;
  if (operation.usesContext) simpler.push({ ...operation, usesContext: false });
  if (operation.readsAgainAt.length > 0) simpler.push({ ...operation, readsAgainAt: [] });
  return simpler;
}
