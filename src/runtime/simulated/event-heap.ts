/**
 * The events to come, soonest first; at one time, in the order they were added. A binary heap whose events know
 * their place, so that a cancelled one leaves at once: most timers are deadlines that never fire.
 */
import type { Timer } from "../timers.js";

/** Something to come, and the handle to cancel it. */
export class ScheduledEvent implements Timer {
  readonly atMs: number;
  /** Breaks ties: which was added first. */
  readonly sequence: number;
  readonly task: () => void;
  /** Where it lies in the heap; -1 while it does not. */
  place = -1;
  readonly #heap: EventHeap;

  constructor(heap: EventHeap, atMs: number, sequence: number, task: () => void) {
    this.#heap = heap;
    this.atMs = atMs;
    this.sequence = sequence;
    this.task = task;
  }

  cancel(): void {
    this.#heap.remove(this);
  }
}

export class EventHeap {
  readonly #events: ScheduledEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  peek(): ScheduledEvent | undefined {
    return this.#events[0];
  }

  add(event: ScheduledEvent): void {
    this.#rise(event, this.#events.length);
  }

  /** Takes `event` out; nothing happens when it has left already. */
  remove(event: ScheduledEvent): void {
    const place = event.place;
    if (place < 0) {
      return;
    }
    event.place = -1;
    const last = this.#events.pop();
    if (last === undefined || last === event) {
      return;
    }
    const parent = this.#events[(place - 1) >> 1];
    if (place > 0 && parent !== undefined && isBefore(last, parent)) {
      this.#rise(last, place);
    } else {
      this.#sink(last, place);
    }
  }

  #rise(event: ScheduledEvent, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#events[above];
      if (parent === undefined || !isBefore(event, parent)) {
        break;
      }
      this.#put(parent, place);
      place = above;
    }
    this.#put(event, place);
  }

  #sink(event: ScheduledEvent, from: number): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      const leftChild = this.#events[left];
      if (leftChild === undefined) {
        break;
      }
      const rightChild = this.#events[left + 1];
      const isRight = rightChild !== undefined && isBefore(rightChild, leftChild);
      const child = isRight ? rightChild : leftChild;
      if (!isBefore(child, event)) {
        break;
      }
      this.#put(child, place);
      place = isRight ? left + 1 : left;
    }
    this.#put(event, place);
  }

  #put(event: ScheduledEvent, place: number): void {
    this.#events[place] = event;
    event.place = place;
  }
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
