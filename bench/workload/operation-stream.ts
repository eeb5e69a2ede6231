/**
 * The operations of one client process, one after the other, the same for the same seed. Each process inserts items of
 * its own, so that processes need not talk to each other.
 */
import { InsertedItems } from "./inserted-items.js";
import { type Distribution, type KeyChoice, keyChoice } from "./key-choice.js";
import { KeyNames } from "./key-names.js";
import { SeededRandom } from "./random.js";
import { type SizeRange, sizeChoice } from "./sizes.js";
import { ELEMENTS, type OperationKind, SCAN_LENGTH_MAX, type Workload } from "./workloads.js";

export interface Operation {
  readonly kind: OperationKind;
  readonly key: string;
  /** What a write writes: random bytes that nobody may change. */
  readonly value: Uint8Array;
  /** The member or field it is about. */
  readonly element: string;
  /** How many records a scan, or members a page, reads at most. */
  readonly length: number;
  /** The item that an insert makes; -1 for any other. */
  readonly item: number;
}

export interface StreamOptions {
  readonly workload: Workload;
  /** Instead of the workload's own. */
  readonly keys: Distribution | undefined;
  readonly records: number;
  /** How many inserts may come in all, about: a popular key stays popular. */
  readonly insertsExpected: number;
  readonly keyBytes: number | undefined;
  readonly valueBytes: SizeRange;
  readonly seed: number;
  /** This process of so many. */
  readonly process: number;
  readonly processes: number;
}

/** Values are cut out of so many random bytes. */
const POOL_BYTES = 2 ** 18;
const NOTHING = new Uint8Array();
const ELEMENT_NAMES = Array.from({ length: ELEMENTS }, (_, at) => `field${at}`);

export class OperationStream {
  readonly #options: StreamOptions;
  readonly #random: SeededRandom;
  readonly #names: KeyNames;
  readonly #choose: KeyChoice;
  readonly #items: InsertedItems;
  readonly #size: (random: SeededRandom) => number;
  readonly #pool: Uint8Array;
  /** A kind for each percent. */
  readonly #kinds: readonly OperationKind[];

  constructor(options: StreamOptions) {
    const { keyBytes, keys, process, records, seed, valueBytes, workload, insertsExpected } = options;
    this.#options = options;
    this.#random = new SeededRandom(seed, process);
    this.#names = new KeyNames(keyBytes);
    this.#choose = keyChoice(keys ?? workload.keys, records, records + insertsExpected);
    this.#items = new InsertedItems(records);
    this.#size = sizeChoice(valueBytes);
    const largest = valueBytes.kind === "constant" ? valueBytes.bytes : valueBytes.max;
    this.#pool = randomBytes(POOL_BYTES + largest, seed);
    this.#kinds = workload.mix.flatMap(([kind, percent]) => new Array<OperationKind>(percent).fill(kind));
  }

  /** Those that make the records which this process loads, in order. */
  *loads(): Generator<Operation, void, undefined> {
    const { process, processes, records, workload } = this.#options;
    for (let item = process; item < records; item += processes)
      yield this.#operation(workload.load, this.#names.of(item), -1);
  }

  /** The next of the run. */
  next(): Operation {
    const kind = this.#kinds[this.#random.below(this.#kinds.length)] ?? "read";
    if (kind === "insert") {
      const item = this.#items.take();
      return this.#operation(kind, this.#nameOf(item), item);
    }
    return this.#operation(kind, this.#nameOf(this.#choose(this.#random, this.#items.last)), -1);
  }

  /** It is over, well or not. */
  settle({ item }: Operation): void {
    if (item !== -1) this.#items.settle(item);
  }

  #operation(kind: OperationKind, key: string, item: number): Operation {
    const random = this.#random;
    switch (kind) {
      case "update":
      case "insert":
      case "read-modify-write":
        return { kind, key, value: this.#value(), element: "", length: 0, item };
      case "scan":
        return { kind, key, value: NOTHING, element: "", length: 1 + random.below(SCAN_LENGTH_MAX), item };
      case "set-page":
        return { kind, key, value: NOTHING, element: "", length: ELEMENTS, item };
      case "set-add":
      case "set-remove":
      case "set-has":
      case "map-get":
        return { kind, key, value: NOTHING, element: this.#element(), length: 0, item };
      case "map-put":
        return { kind, key, value: this.#value(), element: this.#element(), length: 0, item };
      default:
        return { kind, key, value: NOTHING, element: "", length: 0, item };
    }
  }

  #element(): string {
    return ELEMENT_NAMES[this.#random.below(ELEMENTS)] ?? "";
  }

  #value(): Uint8Array {
    const from = this.#random.below(POOL_BYTES);
    return this.#pool.subarray(from, from + this.#size(this.#random));
  }

  /** The items that are there from the beginning are everybody's; later ones are each process's own. */
  #nameOf(item: number): string {
    const { process, processes, records } = this.#options;
    return this.#names.of(item < records ? item : records + (item - records) * processes + process);
  }
}

function randomBytes(length: number, seed: number): Uint8Array {
  const random = new SeededRandom(seed, -1);
  return Uint8Array.from({ length }, () => random.below(256));
}
