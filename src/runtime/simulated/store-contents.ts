/**
 * What lies on a simulated disk, and how to take back what was never flushed. Batches are applied at once and
 * remembered with what they replaced until a flush; a crash undoes them from the last backwards, as a lost log tail
 * does.
 */
import type { Change } from "../store.js";
import { fromKey, OrderedBytes, toKey } from "./ordered-bytes.js";

/** Beyond this many unflushed batches the oldest count as flushed: an operating system writes back in time, too. */
const MAX_UNSYNCED_BATCHES = 10_000;

/** A batch of our own: the caller may reuse its buffers. */
export type Batch = readonly { readonly key: string; readonly value: Buffer | undefined }[];

export function toBatch(changes: readonly Change[]): Batch {
  return changes.map(({ key, value }) => ({
    key: toKey(key),
    value: value === undefined ? undefined : Buffer.from(value),
  }));
}

export class StoreContents {
  #bytes: OrderedBytes;
  /** For each batch since the last flush, what undoes it. */
  #undo: Batch[] = [];

  constructor(bytes: OrderedBytes = new OrderedBytes()) {
    this.#bytes = new OrderedBytes(bytes);
  }

  get bytes(): OrderedBytes {
    return this.#bytes;
  }

  apply(batch: Batch): void {
    const undo = [];
    for (const { key, value } of batch) {
      undo.push({ key, value: this.#bytes.get(key) });
      this.#bytes.set(key, value);
    }
    this.#undo.push(undo.reverse());
    if (this.#undo.length > MAX_UNSYNCED_BATCHES) {
      this.#undo.shift();
    }
  }

  /** All that was applied is now safe from a crash. */
  flush(): void {
    this.#undo = [];
  }

  /** Takes the last unflushed batch back, if there is one. */
  undoLast(): void {
    for (const { key, value } of this.#undo.pop() ?? []) {
      this.#bytes.set(key, value);
    }
  }

  undoUnsynced(): void {
    while (this.#undo.length > 0) {
      this.undoLast();
    }
  }

  /** Flips one bit of one value, as rot does: `choose` picks among so many. Answers whose, if any key matched. */
  flipBit(matches: (key: Buffer) => boolean, choose: (bound: number) => number): Buffer | undefined {
    const candidates = this.#bytes
      .keys()
      .filter((key) => (this.#bytes.get(key)?.length ?? 0) > 0 && matches(fromKey(key)));
    const key = candidates[choose(candidates.length)];
    const held = key === undefined ? undefined : this.#bytes.get(key);
    if (key === undefined || held === undefined) {
      return undefined;
    }
    const damaged = Buffer.from(held);
    const at = choose(damaged.length);
    damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << choose(8)), at);
    this.#bytes.set(key, damaged);
    return fromKey(key);
  }
}
