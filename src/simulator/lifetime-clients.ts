/** What the clients of a run do with values that expire, and what they were told. */
import type { ClientCalls } from "./client-calls.js";
import type { History, Lasting } from "./history.js";
import { lifetimeNameOf, lifetimeRead, lifetimeShown, lifetimeTypeOf, lifetimeWrite } from "./lifetimes.js";
import type { PlannedGlance, PlannedLasting } from "./plan.js";

export class LifetimeClients {
  readonly #calls: ClientCalls;
  readonly #history: History;
  readonly #newRequestId: () => string;

  constructor(calls: ClientCalls, history: History, newRequestId: () => string) {
    this.#calls = calls;
    this.#history = history;
    this.#newRequestId = newRequestId;
  }

  run(planned: PlannedLasting | PlannedGlance): void {
    if (planned.kind === "glance") this.#glance(planned);
    else this.#write(planned);
  }

  #glance(planned: PlannedGlance): void {
    const { key } = planned;
    const startedAtMs = this.#calls.nowMs;
    const name = `c${planned.client} glance ${lifetimeNameOf(key)} ${planned.level}`;
    const call = { planned, operation: lifetimeRead(key), name, session: undefined };
    this.#calls.read(call, planned.node, (outcome) => {
      const shown = lifetimeShown(outcome);
      const isStrict = planned.level === "QUORUM";
      if (shown !== undefined)
        this.#history.glances.push({ key, isStrict, startedAtMs, endedAtMs: this.#calls.nowMs, shown });
    });
  }

  #write(planned: PlannedLasting): void {
    const { key, level, ttlMs } = planned;
    const index = this.#history.lastings.length;
    const lasting: Lasting = {
      key,
      text: `t${index}`,
      // Each of a counter is told by a bit of its own.
      amount: lifetimeTypeOf(key) === "counter" ? 2 ** (index % COUNTED_MAX) : 0,
      ttlMs,
      isStrict: level === "QUORUM",
      requestId: this.#newRequestId(),
      session: undefined,
      startedAtMs: this.#calls.nowMs,
      endedAtMs: Number.POSITIVE_INFINITY,
      fate: "unknown",
      acksReceived: 0,
      fallbackAcks: 0,
    };
    this.#history.lastings.push(lasting);
    const operation = lifetimeWrite(key, lasting);
    const lasts = ttlMs === 0 ? "for ever" : `for ${ttlMs} ms`;
    const name = `c${planned.client} write ${lifetimeNameOf(key)}=${lasting.text} ${lasts} ${level}`;
    const call = { planned, operation, name, session: undefined, requestId: lasting.requestId };
    this.#calls.write({ ...call, told: lasting });
  }
}

const COUNTED_MAX = 30;
