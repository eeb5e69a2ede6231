/** What the clients of a run do with compounds, and what they were told. */

import type { ClientCalls } from "./client-calls.js";
import type { CallSession } from "./client-sessions.js";
import { elementsOf, isCount, isSubtraction, lookOf, rowOf, shownBy, updateOf } from "./compounds.js";
import { amountOf, COUNTS_MAX } from "./counting.js";
import type { DiskClocks } from "./disk-clocks.js";
import type { CompoundUnderTest, History, Update } from "./history.js";
import { checkDurable } from "./invariants/durability.js";
import type { PlannedCall, PlannedLook, PlannedUpdate } from "./plan.js";
import type { UpdateLedger } from "./update-ledger.js";

interface Clients {
  readonly partitionOf: (name: string) => number;
  readonly sessionOf: (planned: PlannedCall, name: string) => CallSession | undefined;
  readonly newRequestId: () => string;
}

export class CompoundClients {
  readonly #calls: ClientCalls;
  readonly #history: History;
  readonly #disks: { readonly clocks: DiskClocks; readonly updates: UpdateLedger };
  readonly #clients: Clients;
  /** Increments so far, by key. */
  readonly #counts = new Map<CompoundUnderTest, number>();
  #count = 0;

  constructor(
    calls: ClientCalls,
    history: History,
    disks: { readonly clocks: DiskClocks; readonly updates: UpdateLedger },
    clients: Clients,
  ) {
    this.#calls = calls;
    this.#history = history;
    this.#disks = disks;
    this.#clients = clients;
  }

  run(planned: PlannedUpdate | PlannedLook): void {
    const { compounds } = this.#history;
    const key = compounds[planned.key % Math.max(1, compounds.length)];
    if (key === undefined) return;
    if (planned.kind === "look") this.#look(planned, key);
    else this.#update(planned, key);
  }

  #look(planned: PlannedLook, key: CompoundUnderTest): void {
    const startedAtMs = this.#calls.nowMs;
    const isWhole = planned.isWhole || elementsOf(key.type) === 1;
    const row = rowOf(key.type, planned.element);
    const session = this.#clients.sessionOf(planned, key.name);
    const operation = lookOf(key, planned.element, isWhole);
    const what = isWhole ? "" : ` ${row}`;
    const name = `c${planned.client} look ${key.name}${what} ${planned.level}`;
    this.#calls.read({ planned, operation, name, session }, planned.node, (outcome) => {
      const shown = shownBy(outcome, row);
      if (shown === undefined) return;
      this.#history.looks.push({
        key,
        row: isWhole ? undefined : row,
        isStrict: planned.level === "QUORUM",
        session: session?.name,
        startedAtMs,
        endedAtMs: this.#calls.nowMs,
        shown,
      });
    });
  }

  #update(planned: PlannedUpdate, key: CompoundUnderTest): void {
    const { deed, element } = planned;
    const amount = deed === "add" && isCount(key.type, element) ? this.#nextAmount(key, element) : 0n;
    if (amount === undefined) return;
    const session = this.#clients.sessionOf(planned, key.name);
    const update: Update = {
      key,
      name: `u${this.#count++}`,
      deed,
      element,
      amount,
      requestId: this.#clients.newRequestId(),
      session: session?.name,
      startedAtMs: this.#calls.nowMs,
      endedAtMs: Number.POSITIVE_INFINITY,
      fate: "unknown",
      acksReceived: 0,
      fallbackAcks: 0,
    };
    this.#history.updates.push(update);
    const operation = updateOf(key, { deed, element }, { amount, value: update.name });
    const what = deed === "clear" ? "" : ` ${rowOf(key.type, element)}${amount === 0n ? "" : ` ${amount}`}`;
    const name = `c${planned.client} ${deed} ${key.name}${what} (${update.name}) ${planned.level}`;
    const call = { planned, operation, name, session, requestId: update.requestId, told: update };
    this.#calls.write(call, ({ acksReceived }) => {
      const minted = this.#disks.updates.dotsOf(update.requestId).at(-1);
      const partition = this.#clients.partitionOf(key.name);
      if (minted !== undefined) checkDurable(this.#disks.clocks, partition, minted, acksReceived);
    });
  }

  /** Undefined when no more can be told apart. */
  #nextAmount(key: CompoundUnderTest, element: number): bigint | undefined {
    const index = this.#counts.get(key) ?? 0;
    if (index >= COUNTS_MAX) return undefined;
    this.#counts.set(key, index + 1);
    return amountOf(index, isSubtraction(key.type, element));
  }
}
