/** Sets and maps of one size, how they are filled, and the operations on them that are measured. */
import { type AtollClient, register } from "../src/client/index.js";

/** One update takes so many changes. */
const FILL_CHANGES = 1_000;
const FILL_IN_FLIGHT = 4;
const FILL_TIMEOUT_MS = 60_000;
/** On a busy machine a million take minutes. */
const SIZE_TIMEOUT_MS = 10 * 60_000;
export const PAGE_ELEMENTS = 100;
/** Prime to every size that is a power of ten: looks and adds come in an order that is not that of the names. */
const STRIDE = 7_919;
const FIELD = register<string>();

/** Keys of one type and size: many of them where they are small, so that one more element leaves each at about its size. */
export class GrownKeys {
  readonly elements: number;
  readonly label: string;
  readonly #prefix: string;
  readonly #keys: number;
  readonly #calls: ElementCalls;

  /** @param keys how many of that size there are */
  constructor(calls: ElementCalls, elements: number, keys: number) {
    this.elements = elements;
    this.label = `${calls.type} of ${elements.toLocaleString("en-US")}`;
    this.#prefix = `{${calls.type}-${elements}}`;
    this.#keys = keys;
    this.#calls = calls;
  }

  /** @param progress hears how many elements are there, of how many */
  async fill(progress: (done: number, total: number) => void): Promise<void> {
    const total = this.#keys * this.elements;
    let done = 0;
    const parts = this.#parts();
    const worker = async (): Promise<void> => {
      for (const { key, from, to } of parts) {
        const names = Array.from({ length: to - from }, (_, i) => nameOf(from + i));
        await this.#calls.put(key, names, FILL_TIMEOUT_MS);
        done += names.length;
        progress(done, total);
      }
    };
    await Promise.all(Array.from({ length: FILL_IN_FLIGHT }, worker));
  }

  /** One more element somewhere in the middle, the `number`th of a round. */
  async add(number: number): Promise<void> {
    await this.#calls.put(this.#keyAt(number), [this.#addedName(number)]);
  }

  /** Takes away what a round of so many has added. */
  async removeAdded(count: number): Promise<void> {
    for (let first = 0; first < Math.min(count, this.#keys); first++) {
      const names: string[] = [];
      for (let number = first; number < count; number += this.#keys) names.push(this.#addedName(number));
      await this.#calls.remove(this.#keyAt(first), names);
    }
  }

  /** Reads one element. Rejects if it is not there. */
  async look(number: number): Promise<void> {
    const name = nameOf((number * STRIDE) % this.elements);
    if (!(await this.#calls.has(this.#keyAt(number), name))) throw new Error(`${this.label} lacks ${name}`);
  }

  /** Reads the first page. Rejects if it is not full. */
  async page(number: number): Promise<void> {
    let found = 0;
    for await (const _element of this.#calls.list(this.#keyAt(number), PAGE_ELEMENTS))
      if (++found === PAGE_ELEMENTS) return;
    throw new Error(`a page of ${this.label} had ${found} elements`);
  }

  /** Rejects if not every element is there. */
  async count(): Promise<void> {
    const found = await this.#calls.count(this.#keyAt(0), SIZE_TIMEOUT_MS);
    if (found !== this.elements) throw new Error(`${this.label} has ${found} elements`);
  }

  *#parts(): Generator<{ readonly key: string; readonly from: number; readonly to: number }> {
    for (let at = 0; at < this.#keys; at++)
      for (let from = 0; from < this.elements; from += FILL_CHANGES)
        yield { key: this.#keyAt(at), from, to: Math.min(this.elements, from + FILL_CHANGES) };
  }

  #keyAt(number: number): string {
    return `${this.#prefix}:${number % this.#keys}`;
  }

  #addedName(number: number): string {
    return `${nameOf((number * STRIDE) % this.elements)}+${number}`;
  }
}

/** What sets and maps have in common. */
interface ElementCalls {
  readonly type: "set" | "map";
  put(key: string, names: readonly string[], timeoutMs?: number): Promise<unknown>;
  remove(key: string, names: readonly string[]): Promise<unknown>;
  has(key: string, name: string): Promise<boolean>;
  list(key: string, pageSize: number): AsyncGenerator<unknown, void, undefined>;
  count(key: string, timeoutMs: number): Promise<number>;
}

export function setCalls(db: AtollClient): ElementCalls {
  const sets = db.set("sets");
  return {
    type: "set",
    put: (key, names, timeoutMs) => sets.add(key, names, timeoutMs === undefined ? {} : { timeoutMs }),
    remove: (key, names) => sets.remove(key, names),
    has: (key, name) => sets.has(key, name),
    list: (key, pageSize) => sets.members(key, { pageSize }),
    count: (key, timeoutMs) => sets.size(key, { timeoutMs }),
  };
}

/** Of maps whose fields are registers. */
export function mapCalls(db: AtollClient): ElementCalls {
  const maps = db.map("maps");
  return {
    type: "map",
    put: (key, names, timeoutMs) =>
      maps.update(
        key,
        (at) => names.map((name) => at(name).as(FIELD).put("the value of a field")),
        timeoutMs === undefined ? {} : { timeoutMs },
      ),
    remove: (key, names) => maps.update(key, (at) => names.map((name) => at(name).clear())),
    has: async (key, name) => (await maps.getAt(key, (at) => at(name).as(FIELD))) !== undefined,
    list: (key, pageSize) => maps.entries(key, { pageSize }),
    count: async (key) => {
      let found = 0;
      for await (const _entry of maps.entries(key, { pageSize: 1_000 })) found++;
      return found;
    },
  };
}

/** All of one length, in the order of their numbers. */
function nameOf(element: number): string {
  return `element-${String(element).padStart(8, "0")}`;
}
