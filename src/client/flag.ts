import type { kv } from "../wire/index.js";
import { getMany } from "./batch-calls.js";
import type { BucketCalls } from "./bucket-calls.js";
import type { Key } from "./key.js";
import { Keyed } from "./keyed.js";
import { type BatchResult, pairResults, type WithExpiry, type WriteResult, writeResult } from "./results.js";
import type { CallOptions, LastingOptions, UpdateOptions } from "./settings.js";
import { expiryOf } from "./values.js";

/** What a change tells of a flag. `deleted`: it is off. */
export type FlagShown =
  | { readonly kind: "put"; readonly value: true }
  | { readonly kind: "deleted"; readonly value: false };

/**
 * A bucket of flags. One that was never enabled is off, and of an enable and a disable that did not see each other the
 * enable wins.
 *
 * Every call rejects with an `AtollError`.
 */
export class Flag extends Keyed<FlagShown> {
  readonly #calls: BucketCalls;

  /** @internal Use `client.flag(bucket)`. */
  constructor(calls: BucketCalls) {
    super(calls);
    this.#calls = calls;
  }

  /** Switches a flag on. */
  async enable(key: Key, options: LastingOptions = {}): Promise<WriteResult> {
    return writeResult(await this.#calls.update(key, [{ flagSet: true }], options));
  }

  /** Switches a flag off; nothing of it is left. */
  async disable(key: Key, options: UpdateOptions = {}): Promise<WriteResult> {
    return writeResult(await this.#calls.update(key, [{ flagSet: false }], options));
  }

  /** Whether the flag is on. */
  async get(key: Key, options: CallOptions = {}): Promise<boolean> {
    return (await this.getWithExpiry(key, options)).value;
  }

  /** The same read, with the time at which the flag goes off by itself. */
  async getWithExpiry(key: Key, options: CallOptions = {}): Promise<WithExpiry<boolean>> {
    const { flag, expiresAtMs } = await this.#calls.get(key, options);
    return { value: flag, expiresAt: expiryOf(expiresAtMs) };
  }

  /** Reads many flags in parallel, each from a node that holds it. The results are in the order of the keys. */
  async getMany(keys: Iterable<Key>, options: CallOptions = {}): Promise<BatchResult<boolean>[]> {
    const listed = [...keys];
    return pairResults(listed, await getMany(this.#calls, listed, options), (_key, { flag }) => flag);
  }

  /** @internal */
  protected override shown({ isDeleted }: kv.Change__Output): FlagShown {
    return isDeleted ? { kind: "deleted", value: false } : { kind: "put", value: true };
  }
}
