/** The writes that this node coordinates and that wait for acknowledgements, by partition and counter. */
import type { QuorumTracker } from "./quorum.js";

interface PendingWrite {
  readonly tracker: QuorumTracker;
  /** Called after each acknowledgement. */
  readonly changed: () => void;
}

export class PendingWrites {
  readonly #writes = new Map<number, Map<number, PendingWrite>>();
  /** By partition and member: the highest counter of this incarnation that it acknowledged. */
  readonly #acknowledged = new Map<number, Map<number, number>>();

  get size(): number {
    let size = 0;
    for (const writes of this.#writes.values()) size += writes.size;
    return size;
  }

  add(partition: number, counter: number, write: PendingWrite): void {
    const writes = this.#writes.get(partition) ?? new Map<number, PendingWrite>();
    this.#writes.set(partition, writes);
    writes.set(counter, write);
  }

  remove(partition: number, counter: number): void {
    this.#writes.get(partition)?.delete(counter);
  }

  /** Acknowledgements are cumulative: this one counts for all writes up to its counter. */
  acknowledge(partition: number, member: number, counter: number): void {
    const acknowledged = this.#acknowledged.get(partition) ?? new Map<number, number>();
    this.#acknowledged.set(partition, acknowledged);
    const before = acknowledged.get(member) ?? 0;
    if (counter <= before) return;
    acknowledged.set(member, counter);
    const writes = this.#writes.get(partition);
    if (writes === undefined || writes.size === 0) return;
    if (counter - before > writes.size) {
      for (const [waiting, write] of writes) if (waiting <= counter) succeed(write, member);
      return;
    }
    for (let passed = before + 1; passed <= counter; passed++) {
      const write = writes.get(passed);
      if (write !== undefined) succeed(write, member);
    }
  }
}

function succeed(write: PendingWrite, member: number): void {
  write.tracker.succeed(member);
  write.changed();
}
