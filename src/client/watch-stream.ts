/**
 * The replies of a watch from one stream after another: one that breaks is followed by the next, from the last token, at
 * this node or another. What came since that token comes again then, and is left out here by its dots.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import { attemptFailure } from "./attempt-failure.js";
import type { BucketCalls } from "./bucket-calls.js";
import type { CallTerms } from "./dispatcher.js";
import { PageStream } from "./page-stream.js";
import { readOptions } from "./request-options.js";
import type { Route } from "./routing-table.js";
import type { CallOptions } from "./settings.js";

/** What to watch, in the words of the wire. One of the two is empty. */
export interface WatchQuery {
  readonly prefix: Buffer;
  readonly key: Buffer;
}

type WatchReply = kv.WatchResponse__Output;

/** A stream with the first reply that came from it. */
interface Opened {
  readonly header: WatchReply["header"];
  readonly reply: WatchReply;
  readonly stream: PageStream<WatchReply>;
}

/** Quiet is no failure: keepalive finds a node that is gone. As long as a timer can be. */
const QUIET_MS_MAX = 2 ** 31 - 1;
const BACKOFF_MS_MIN = 50;
const BACKOFF_MS_MAX = 5_000;
/** The server's token comes about once a second; in a flood some of what comes again is not known again. */
const KNOWN_DOTS_MAX = 100_000;

/**
 * Until the signal aborts it, which is told as CANCELLED. The first stream has the options' time to begin; once it has,
 * a cluster that cannot be reached is tried again for as long as the caller waits.
 *
 * @param token where to go on; empty: from now on
 * @throws AtollError what no other node can better: a token that is too old (RESYNC), a bad request, addresses that have all
 *   passed to another cluster (WRONG_CLUSTER)
 */
export async function* watchReplies(
  calls: BucketCalls,
  query: WatchQuery,
  token: Buffer,
  options: CallOptions & { readonly signal: AbortSignal },
): AsyncGenerator<WatchReply, void, undefined> {
  const route = calls.dispatcher.routeOf(calls.bucket, query.key.length > 0 ? query.key : query.prefix);
  const known = new KnownDots();
  let from = token;
  let failures = 0;
  for (;;) {
    let opened: Opened | undefined;
    try {
      const terms = watchTerms(calls, options);
      opened = await openWatch(calls, route, terms, { ...query, resumeToken: from });
      let reply: WatchReply | undefined = opened.reply;
      for (; reply !== undefined; reply = await nextReply(calls, route, terms, opened, options.signal)) {
        failures = 0;
        const changes = reply.changes.filter((change) => known.isNews(change));
        yield { ...reply, changes };
        if (reply.resumeToken.length === 0) continue;
        from = reply.resumeToken;
        known.covered();
      }
    } catch (thrown) {
      const error = AtollError.from(thrown);
      // Before it has ever begun, the call fails as any other does.
      if (from.length === 0 || !mayPass(error) || options.signal.aborted) throw error;
    } finally {
      if (opened !== undefined) {
        opened.stream.cancel();
        calls.dispatcher.streamEnded(opened.stream);
      }
    }
    known.broken();
    await backOff(failures++, options.signal);
  }
}

/** Where a watch finds too few replicas says nothing about calls for the one key that happens to share its route. */
function watchTerms(calls: BucketCalls, options: CallOptions): CallTerms {
  const terms = calls.terms(options);
  return { ...terms, level: `${terms.level} watch` };
}

/** Whether a cluster that is out of reach, or a node that ended, may be all that is the matter. */
function mayPass(error: AtollError): boolean {
  if (error.reason === "WRONG_CLUSTER") return false;
  return error.code === "DEADLINE_EXCEEDED" || attemptFailure(error).scope !== "answer";
}

/** Undefined: this stream is at its end, and another one follows. */
async function nextReply(
  { dispatcher }: BucketCalls,
  route: Route,
  terms: CallTerms,
  { header, stream }: Opened,
  signal: AbortSignal,
): Promise<WatchReply | undefined> {
  try {
    return await stream.next({ timeoutMs: QUIET_MS_MAX, signal });
  } catch (thrown) {
    const error = AtollError.from(thrown);
    const { scope } = attemptFailure(error);
    if (scope === "answer" || signal.aborted) throw error;
    dispatcher.refusedBy(header, route, terms, scope);
    return undefined;
  }
}

function openWatch(
  { bucket, dispatcher, type }: BucketCalls,
  route: Route,
  terms: CallTerms,
  query: kv.WatchRequest,
): Promise<Opened> {
  const request: kv.WatchRequest = { type, bucket, ...query, options: readOptions(terms) };
  return dispatcher
    .dispatch<Opened>({
      route,
      terms,
      isWrite: false,
      send: (stub, _isRetry, _options, done) => {
        const stream = new PageStream<WatchReply>((options) => stub.watch(request, options));
        const patience = { timeoutMs: Math.max(1, terms.deadlineMs - performance.now()), signal: undefined };
        stream.next(patience).then(
          (reply) => {
            if (reply === undefined) done(new Error("the node ended the watch before it began"));
            else done(null, { header: reply.header, reply, stream });
          },
          (thrown: unknown) => {
            stream.cancel();
            done(AtollError.from(thrown));
          },
        );
        return stream;
      },
    })
    .then((opened) => {
      dispatcher.streamBegan(opened.stream);
      return opened;
    });
}

async function backOff(failures: number, signal: AbortSignal): Promise<void> {
  const pauseMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** failures) * (0.5 + Math.random() / 2);
  try {
    await pause(pauseMs, undefined, { signal });
  } catch {
    throw AtollError.cancelled(signal.reason);
  }
}

/** The names of the dots of a change. */
export function dotNames({ dots, partition }: kv.Change__Output): string[] {
  return dots.map(({ actor, counter }) => `${partition}:${actor}:${counter}`);
}

/** The dots that will come again from the last token on: what came since, in this stream and in those before. */
class KnownDots {
  #since = new Set<string>();
  /** Of streams that broke. They come again before anything new of their partition. */
  readonly #awaited = new Set<string>();

  /** Whether some dot of it did not come yet. */
  isNews(change: kv.Change__Output): boolean {
    const names = dotNames(change);
    const isNews = names.some((name) => !this.#awaited.has(name) && !this.#since.has(name));
    if (this.#since.size + names.length > KNOWN_DOTS_MAX) this.#since.clear();
    for (const name of names) {
      this.#awaited.delete(name);
      this.#since.add(name);
    }
    return isNews;
  }

  /** A token covers all that came in this stream. */
  covered(): void {
    this.#since.clear();
  }

  /** The stream broke, and another goes on from the last token. */
  broken(): void {
    if (this.#awaited.size + this.#since.size > KNOWN_DOTS_MAX) this.#awaited.clear();
    for (const name of this.#since) this.#awaited.add(name);
    this.#since = new Set();
  }
}
