/** What is there already, in the shape of changes: what a watch gives before what comes. */
import type { kv } from "../wire/index.js";
import type { BucketCalls } from "./bucket-calls.js";
import { scanPages } from "./scan-calls.js";
import type { CallOptions } from "./settings.js";
import type { WatchQuery } from "./watch-stream.js";

const NOTHING = Buffer.alloc(0);

/** @param calls of a session that has seen what comes before the watch */
export async function* existing(
  calls: BucketCalls,
  query: WatchQuery,
  options: CallOptions,
): AsyncGenerator<kv.Change__Output, void, undefined> {
  const hasElements = calls.type === "DATA_TYPE_SET" || calls.type === "DATA_TYPE_MAP";
  if (query.key.length > 0) {
    if (hasElements) return yield* elementsOf(calls, query.key, options);
    const { found, ...shown } = await calls.get(query.key, options);
    if (found) yield { ...SHOWS_NOTHING, ...shown, key: query.key };
    return;
  }
  const scan = {
    prefix: query.prefix,
    start: NOTHING,
    end: NOTHING,
    isReverse: false,
    isKeysOnly: hasElements,
    pageSize: 0,
    pageToken: NOTHING,
    limit: 0,
  };
  for await (const { rows } of scanPages(calls, scan, options))
    for (const row of rows) {
      if (hasElements) yield* elementsOf(calls, row.key, options);
      else yield { ...SHOWS_NOTHING, ...row, hlc: row.values[0]?.hlc ?? "0" };
    }
}

async function* elementsOf(
  calls: BucketCalls,
  key: Buffer,
  options: CallOptions,
): AsyncGenerator<kv.Change__Output, void, undefined> {
  for await (const page of calls.pages(key, [], options))
    for (const element of page) yield { ...SHOWS_NOTHING, key, element };
}

const SHOWS_NOTHING: kv.Change__Output = {
  key: NOTHING,
  isDeleted: false,
  values: [],
  counter: "0",
  flag: false,
  element: null,
  context: NOTHING,
  hlc: "0",
  partition: 0,
  dots: [],
  expiresAtMs: "0",
};
