import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import type { BucketCalls } from "./bucket-calls.js";
import { existing } from "./existing.js";
import { type Key, keyBytes } from "./key.js";
import type { CallOptions } from "./settings.js";
import { dotNames, type WatchQuery, watchReplies } from "./watch-stream.js";

const NOTHING = Buffer.alloc(0);

/** What of a bucket to watch, and from when. `timeoutMs` is for its beginning; `signal` ends it with CANCELLED. */
export interface WatchOptions extends CallOptions {
  /** Only keys that begin with this. One with a whole `{tag}` in it is followed in one partition, any other in all. */
  readonly prefix?: Key;
  /** Only this key. */
  readonly key?: Key;
  /** The `token` of an earlier watch of the same keys: goes on where that one was. Default: from now on. */
  readonly since?: string | undefined;
  /**
   * Gives what is there first, each key with `initial: true`, and then what changes, with no gap in between: what is
   * written meanwhile comes either way, or both. Not beside `since`. Default: false.
   */
  readonly withExisting?: boolean;
}

/** What one change tells beside what the key now holds. */
export interface ChangeOf<K extends Key = string> {
  readonly key: K;
  /**
   * The writes that led to it, by names that are unique in the cluster: several, where one change shows several. A change
   * that comes again names none that did not come before. Empty with `initial`.
   */
  readonly dots: readonly string[];
  /** The highest stamp of these writes: 48 bits of milliseconds since 1970, 16 of counter. */
  readonly hlc: bigint;
  /** It was there before the watch began: see `withExisting`. */
  readonly initial: boolean;
}

/** A change, and what the key, or the member or leaf in it, now holds. */
export type Change<Shown, K extends Key = string> = ChangeOf<K> & Shown;

/**
 * The changes of a bucket as they become visible in the region, in the order in which they happened to each key, until
 * the loop is left.
 *
 * - It shows keys as they are when it reads them: several writes in a row may come as one change, none is left out at its
 *   end, and no key goes back to what it was. Only where a node dies with the only copy of a write that was shown may a key
 *   go back, and that write comes again once the node is back.
 * - At least once: a stream that breaks goes on from the last token, at another node if need be. What came before in this
 *   watch is left out; what an earlier one gave before its `token` was taken may come again.
 * - A loop that is slow holds up nothing: what it has not read yet stays in the store's log, for as long as that lasts.
 *
 * It rejects with an `AtollError`. With the reason `RESYNC` the log is gone where `since`, or a watch that was cut off or
 * not read for long, would go on, or the nodes have restarted since and cannot tell: begin anew, `withExisting`. With
 * `WRONG_CLUSTER` all addresses have passed to another cluster: connect anew.
 */
export class Watch<Item> implements AsyncIterableIterator<Item, undefined, void>, AsyncDisposable {
  readonly #replies: AsyncGenerator<kv.WatchResponse__Output, void, undefined>;
  readonly #existing: AsyncIterable<kv.Change__Output> | undefined;
  readonly #items: AsyncGenerator<Item, undefined, void>;
  readonly #ending = new AbortController();
  #begun: Promise<void> | undefined;
  /** Of its beginning. */
  #first: Buffer = NOTHING;
  #token: Buffer;

  /**
   * @internal Use `watch` of a bucket.
   * @throws AtollError INVALID_ARGUMENT that names the option
   */
  constructor(calls: BucketCalls, options: WatchOptions, read: (change: kv.Change__Output) => Item) {
    const { signal, timeoutMs, withExisting = false } = options;
    const query = queryOf(options);
    this.#token = tokenBytes(options);
    const ends = signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]);
    const terms = { signal: ends, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    // In a session, what it reads after the watch has begun shows all that came before.
    const session = withExisting ? calls.inOwnSession() : calls.outsideSessions();
    this.#replies = watchReplies(session, query, this.#token, terms);
    this.#existing = withExisting ? existing(session, query, terms) : undefined;
    this.#items = this.#read(read);
  }

  /** Resolves once the watch has begun: what is written from then on comes. The first `next` waits for it, too. */
  ready(): Promise<void> {
    this.#begun ??= this.#begin();
    return this.#begun;
  }

  /**
   * Where another watch of the same keys goes on, given as `since`. It covers what the loop has taken, save about the last
   * second of it. Undefined until the watch has begun, and with `withExisting` until all that was there is given.
   */
  get token(): string | undefined {
    return this.#token.length === 0 ? undefined : this.#token.toString("base64url");
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    return this.#items.next();
  }

  /** Ends the watch, also while somebody waits for its next change: there is none then. */
  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#ending.abort();
    const ended = await this.#items.return(undefined);
    await this.#replies.return(undefined);
    return ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** `return`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #begin(): Promise<void> {
    const { done, value } = await this.#replies.next();
    if (done === true) throw AtollError.from(new Error("the watch ended before it began"));
    this.#first = value.resumeToken;
    if (this.#existing === undefined) this.#token = value.resumeToken;
  }

  async *#read(read: (change: kv.Change__Output) => Item): AsyncGenerator<Item, undefined, void> {
    try {
      await this.ready();
      if (this.#existing !== undefined) {
        for await (const change of this.#existing) yield read(change);
        this.#token = this.#first;
      }
      for await (const { changes, resumeToken } of this.#replies) {
        for (const change of changes) yield read(change);
        if (resumeToken.length > 0) this.#token = resumeToken;
      }
    } catch (thrown) {
      if (!this.#ending.signal.aborted) throw thrown;
    } finally {
      await this.#replies.return(undefined);
    }
    return undefined;
  }
}

/** A change as `read` shows it, with what every change has. */
export function changeOf<Shown extends object, K extends Key>(
  change: kv.Change__Output,
  key: K,
  shown: Shown,
): Change<Shown, K> {
  const dots = dotNames(change);
  return { ...shown, key, dots, hlc: BigInt(change.hlc), initial: dots.length === 0 };
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;

function queryOf({ key, prefix }: WatchOptions): WatchQuery {
  if (key !== undefined && prefix !== undefined)
    throw AtollError.invalid("key", "key and prefix are both given: a watch is of one key, or of a prefix");
  return {
    key: key === undefined ? NOTHING : keyBytes(key),
    prefix: prefix === undefined || prefix.length === 0 ? NOTHING : keyBytes(prefix, "prefix"),
  };
}

function tokenBytes({ since, withExisting }: WatchOptions): Buffer {
  if (since === undefined) return NOTHING;
  if (withExisting === true)
    throw AtollError.invalid("since", "since and withExisting are both given: go on, or begin anew");
  const token = BASE64URL.test(since) ? Buffer.from(since, "base64url") : NOTHING;
  // A single character is no byte, and an empty token would be none: the watch would begin anew and say nothing.
  if (token.length > 0) return token;
  throw AtollError.invalid("since", "since is not the token of a watch");
}
