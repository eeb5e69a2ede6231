/** What the clients of a run write to keys that are listed and watched, and what they were told. */
import type { ClientCalls } from "./client-calls.js";
import type { History, ListedWrite } from "./history.js";
import { enterOf, leaveOf, listedNameOf } from "./listed-keys.js";
import type { PlannedListedWrite } from "./plan.js";

export class ListedClients {
  readonly #calls: ClientCalls;
  readonly #history: History;
  readonly #newRequestId: () => string;

  constructor(calls: ClientCalls, history: History, newRequestId: () => string) {
    this.#calls = calls;
    this.#history = history;
    this.#newRequestId = newRequestId;
  }

  run(planned: PlannedListedWrite): void {
    const { key, kind, level } = planned;
    const index = this.#history.listedWrites.length;
    const write: ListedWrite = {
      key,
      kind,
      text: `r${index}`,
      level,
      requestId: this.#newRequestId(),
      session: undefined,
      startedAtMs: this.#calls.nowMs,
      endedAtMs: Number.POSITIVE_INFINITY,
      fate: "unknown",
      acksReceived: 0,
      fallbackAcks: 0,
    };
    this.#history.listedWrites.push(write);
    const operation = kind === "enter" ? enterOf(key, write.text, index) : leaveOf(key);
    const name = `c${planned.client} ${kind} ${listedNameOf(key)} (${write.text}) ${level}`;
    const call = { planned, operation, name, session: undefined, requestId: write.requestId };
    this.#calls.write({ ...call, told: write });
  }
}
