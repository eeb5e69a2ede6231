/** What the clients of a run do with atomic batches, and what they were told. */
import { batchNameOf, batchOf, peekOf, registersShown } from "./batches.js";
import type { ClientCalls } from "./client-calls.js";
import type { BatchWrite, History } from "./history.js";
import type { PlannedBatch, PlannedPeek } from "./plan.js";

interface Clients {
  readonly partitionOf: (name: string) => number;
  readonly newRequestId: () => string;
}

export class BatchClients {
  readonly #calls: ClientCalls;
  readonly #history: History;
  readonly #clients: Clients;

  constructor(calls: ClientCalls, history: History, clients: Clients) {
    this.#calls = calls;
    this.#history = history;
    this.#clients = clients;
  }

  run(planned: PlannedBatch | PlannedPeek): void {
    if (planned.kind === "peek") this.#peek(planned);
    else this.#write(planned);
  }

  #peek(planned: PlannedPeek): void {
    const { client, key: batch } = planned;
    const name = `c${client} peek ${batchNameOf(batch)}`;
    const operation = peekOf(batch, this.#clients.partitionOf(batchNameOf(batch)));
    this.#calls.read({ planned, operation, name, session: undefined }, planned.node, (outcome) => {
      const registers = registersShown(outcome);
      if (registers !== undefined) this.#history.peeks.push({ batch, registers, atMs: this.#calls.nowMs });
    });
  }

  #write(planned: PlannedBatch): void {
    const { client, key: batch, level, paddingBytes } = planned;
    const write: BatchWrite = {
      batch,
      requestId: this.#clients.newRequestId(),
      session: undefined,
      startedAtMs: this.#calls.nowMs,
      endedAtMs: Number.POSITIVE_INFINITY,
      fate: "unknown",
      acksReceived: 0,
      fallbackAcks: 0,
    };
    this.#history.batches.push(write);
    const name = `c${client} batch ${batchNameOf(batch)} ${level}`;
    const operation = batchOf(batch, paddingBytes);
    const call = { planned, operation, name, session: undefined, requestId: write.requestId };
    this.#calls.write({ ...call, told: write });
  }
}
