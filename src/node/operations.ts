/** The client operations in flight: bounded, answered exactly once, and all of them when the node ends. */
import {
  type FailureReason,
  type Fill,
  failure,
  isWrite,
  type Operation,
  type Outcome,
} from "../replication/index.js";

interface Ticket {
  readonly isWrite: boolean;
  readonly done: (outcome: Outcome) => void;
}

export class OperationsInFlight {
  readonly #max: number;
  readonly #tickets = new Set<Ticket>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#tickets.size;
  }

  get fill(): Fill {
    return { size: this.#tickets.size, max: this.#max };
  }

  get isFull(): boolean {
    return this.#tickets.size >= this.#max;
  }

  /** The returned function answers, the first time that it is called. */
  begin(operation: Operation, done: (outcome: Outcome) => void): (outcome: Outcome) => void {
    const ticket: Ticket = { isWrite: isWrite(operation), done };
    this.#tickets.add(ticket);
    return (outcome) => {
      if (this.#tickets.delete(ticket)) done(outcome);
    };
  }

  /** The node ends: nobody else will answer. */
  failAll(why: string, readReason: FailureReason): void {
    const tickets = [...this.#tickets];
    this.#tickets.clear();
    for (const ticket of tickets)
      ticket.done(
        ticket.isWrite
          ? failure(
              "MAYBE_APPLIED",
              `${why}; the write may or may not have been applied, and is never applied twice: read before you write again`,
            )
          : failure(readReason, `${why}; a read changes nothing, so try again`),
      );
  }
}
