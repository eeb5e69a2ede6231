import type { kv } from "../wire/index.js";
import type { BucketCalls } from "./bucket-calls.js";
import type { Key, Site } from "./key.js";
import { Keyed } from "./keyed.js";
import type { MemberCodec } from "./members.js";
import { type WithExpiry, type WriteResult, writeResult } from "./results.js";
import type { CallOptions, LastingOptions, PageOptions, UpdateOptions } from "./settings.js";
import { expiryOf } from "./values.js";

/** What a change tells of a set: one member. */
export interface SetShown<Member> {
  /** `deleted`: it is no member any more. */
  readonly kind: "put" | "deleted";
  readonly member: Member;
}

/**
 * A bucket of sets: each key holds any number of members, which any region adds and removes one by one. Of an add and a
 * remove that did not see each other the add wins. Members are at most as long as a key may be.
 *
 * Every call rejects with an `AtollError`.
 */
export class AtollSet<Member extends Key = string> extends Keyed<SetShown<Member>> {
  readonly #calls: BucketCalls;
  readonly #codec: MemberCodec<Member>;

  /** @internal Use `client.set(bucket)`. */
  constructor(calls: BucketCalls, codec: MemberCodec<Member>) {
    super(calls);
    this.#calls = calls;
    this.#codec = codec;
  }

  /**
   * Adds members, up to 1,000, all together or none: `add(key, "a", "b")`, or with options `add(key, ["a", "b"], {…})`.
   */
  async add(key: Key, ...given: GivenMembers<Member, LastingOptions>): Promise<WriteResult> {
    return this.#update(key, given, (members) => ({ setAdd: { members } }));
  }

  /** Removes members, given as to `add`, all together or none. Removing what is not there succeeds. */
  async remove(key: Key, ...given: GivenMembers<Member>): Promise<WriteResult> {
    return this.#update(key, given, (members) => ({ setRemove: { members } }));
  }

  /** Whether the set has this member; reads no other. */
  async has(key: Key, member: Member, options: CallOptions = {}): Promise<boolean> {
    return (await this.hasWithExpiry(key, member, options)).value;
  }

  /** The same read, with the time at which this member goes by itself: each has its own. */
  async hasWithExpiry(key: Key, member: Member, options: CallOptions = {}): Promise<WithExpiry<boolean>> {
    const part = { member: this.#codec.encode(member) };
    const { flag, expiresAtMs } = await this.#calls.get(key, options, part);
    return { value: flag, expiresAt: expiryOf(expiresAtMs) };
  }

  /**
   * How many members the set has. The cluster reads them all to count them: give a large set a timeout of seconds for each
   * 100,000. Not one moment's view.
   */
  async size(key: Key, options: CallOptions = {}): Promise<number> {
    return this.#calls.count(key, options);
  }

  /**
   * The members in the order of their bytes, fetched page by page as they are asked for. Not one moment's view: what is
   * added or removed meanwhile is seen or not.
   */
  async *members(key: Key, options: PageOptions = {}): AsyncGenerator<Member, void, undefined> {
    const site = { bucket: this.bucket, key };
    for await (const page of this.#calls.pages(key, [], options))
      for (const { member } of page) yield this.#codec.decode(member, site);
  }

  /** Removes all members that this call's node sees. A very large set is cleared in steps. */
  async clear(key: Key, options: UpdateOptions = {}): Promise<WriteResult> {
    return writeResult(await this.#calls.delete(key, options));
  }

  /** @internal */
  protected override shown({ element, isDeleted }: kv.Change__Output, site: Site): SetShown<Member> {
    return {
      kind: isDeleted ? "deleted" : "put",
      member: this.#codec.decode(element?.member ?? new Uint8Array(), site),
    };
  }

  async #update(
    key: Key,
    given: GivenMembers<Member, LastingOptions>,
    operation: (members: Buffer[]) => kv.Operation,
  ): Promise<WriteResult> {
    const [members, options = {}] = isList(given) ? given : [given];
    const encoded = members.map((member) => this.#codec.encode(member));
    return writeResult(await this.#calls.update(key, [operation(encoded)], options));
  }
}

type List<Member, Options> = readonly [members: readonly Member[], options?: Options];

/** One by one, or as a list and the options of the call. */
export type GivenMembers<Member, Options = UpdateOptions> = readonly Member[] | List<Member, Options>;

export function isList<Member, Options>(
  given: GivenMembers<Member, Options>,
): given is List<Member, Options> {
  return Array.isArray(given[0]);
}
