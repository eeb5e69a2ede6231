/**
 * The pages of a scan from one stream after another: one that breaks, or stays silent, is followed by the next at another
 * node, which goes on behind the last page. The node is chosen, and failures are told from answers, as for any call.
 */
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import type { BucketCalls } from "./bucket-calls.js";
import type { CallTerms } from "./dispatcher.js";
import { PageOverdue, PageStream } from "./page-stream.js";
import { readOptions } from "./request-options.js";
import type { Route } from "./routing-table.js";
import type { SessionCall } from "./session-state.js";
import type { CallOptions } from "./settings.js";

/** What to read, in the words of the wire. */
interface ScanQuery {
  readonly prefix: Buffer;
  readonly start: Buffer;
  readonly end: Buffer;
  readonly isReverse: boolean;
  readonly isKeysOnly: boolean;
  readonly pageSize: number;
  readonly pageToken: Buffer;
  /** 0: to the end. */
  readonly limit: number;
}

type ScanPage = kv.ScanResponse__Output;

/** A stream with the first page that came from it. */
interface Opened {
  readonly header: ScanPage["header"];
  readonly page: ScanPage;
  readonly stream: PageStream<ScanPage>;
  /** What the session had seen when the stream began is what all of its pages are to be seen against. */
  readonly session: SessionCall | undefined;
}

/** Ends the stream when the caller ends the loop. Each page has the options' time. */
export async function* scanPages(
  calls: BucketCalls,
  query: ScanQuery,
  options: CallOptions,
): AsyncGenerator<ScanPage, void, undefined> {
  // All partitions are read, so any node will do: this spreads the scans of different buckets. With a whole tag in the
  // prefix it is the partition itself.
  const route = calls.dispatcher.routeOf(calls.bucket, query.prefix);
  let request: ScanQuery = query;
  let opened: Opened | undefined;
  try {
    for (;;) {
      const terms = scanTerms(calls, options);
      let page = opened && (await nextPage(calls, route, terms, opened));
      if (page === undefined) {
        end(calls, opened);
        opened = await openScan(calls, route, terms, request);
        page = opened.page;
      }
      yield page;
      const left = request.limit - page.rows.length;
      if (page.nextPageToken.length === 0 || (query.limit > 0 && left <= 0)) return;
      request = { ...request, pageToken: page.nextPageToken, limit: query.limit === 0 ? 0 : left };
    }
  } finally {
    end(calls, opened);
  }
}

function end({ dispatcher }: BucketCalls, opened: Opened | undefined): void {
  if (opened === undefined) return;
  opened.stream.cancel();
  dispatcher.streamEnded(opened.stream);
}

/** Where a scan finds too few replicas says nothing about calls for the one key that happens to share its route. */
function scanTerms(calls: BucketCalls, options: CallOptions): CallTerms {
  const terms = calls.terms(options);
  return { ...terms, level: `${terms.level} scan` };
}

/** Undefined: this stream is at its end, and another node may do better. */
async function nextPage(
  { dispatcher }: BucketCalls,
  route: Route,
  terms: CallTerms,
  { header, session, stream }: Opened,
): Promise<ScanPage | undefined> {
  try {
    const page = await stream.next({ timeoutMs: dispatcher.patienceMs(terms), signal: terms.signal });
    if (page !== undefined) session?.saw(page.header, false);
    return page;
  } catch (thrown) {
    if (thrown instanceof PageOverdue) dispatcher.silentBy(header);
    else dispatcher.brokeOff(header, route, terms, AtollError.from(thrown));
    return undefined;
  }
}

async function openScan(
  { bucket, dispatcher, type }: BucketCalls,
  route: Route,
  terms: CallTerms,
  query: ScanQuery,
): Promise<Opened> {
  const timeoutMs = Math.ceil(terms.deadlineMs - performance.now());
  const request: kv.ScanRequest = {
    type,
    bucket,
    ...query,
    options: { ...readOptions(terms), timeoutMs: Math.max(1, timeoutMs) },
  };
  const opened = await dispatcher.dispatch<Opened>({
    route,
    terms,
    isWrite: false,
    send: (stub, _isRetry, _options, done) => {
      const stream = new PageStream<ScanPage>((options) => stub.scan(request, options));
      const patience = { timeoutMs: terms.deadlineMs - performance.now(), signal: undefined };
      stream.next(patience).then(
        (page) => {
          if (page === undefined) done(new Error("the node ended the scan without a page"));
          else done(null, { header: page.header, page, stream, session: terms.session });
        },
        (thrown: unknown) => {
          stream.cancel();
          done(thrown instanceof PageOverdue ? overdue() : AtollError.from(thrown));
        },
      );
      return stream;
    },
  });
  dispatcher.streamBegan(opened.stream);
  return opened;
}

function overdue(): AtollError {
  return new AtollError({
    code: "DEADLINE_EXCEEDED",
    reason: undefined,
    message: "the deadline passed before a node answered with a page",
  });
}
