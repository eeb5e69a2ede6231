import { crc32 } from "node:zlib";
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import type { BucketCalls } from "./bucket-calls.js";
import { type Key, keyBytes } from "./key.js";
import { scanPages } from "./scan-calls.js";
import { checkPageSize, type PageOptions } from "./settings.js";
import { decodeText, plainBytes } from "./value-codec.js";

/**
 * What of a bucket to read, and how. Keys are ordered by their bytes. Each page is a call of its own, to which
 * `consistency` and `timeoutMs` apply.
 */
export interface ScanOptions extends PageOptions {
  /** Only keys that begin with this. One with a whole `{tag}` in it is read from one partition, any other from all. */
  readonly prefix?: Key;
  /** Only keys from this one on. */
  readonly start?: Key;
  /** Only keys before this one. */
  readonly end?: Key;
  /** From the last key to the first. Default: false. */
  readonly reverse?: boolean;
  /** The most keys to read in all. */
  readonly limit?: number;
  /** The `pageToken` of an earlier scan with these options: goes on behind what that one gave, with null by giving nothing. */
  readonly pageToken?: string | null | undefined;
}

/** Keys come back as strings, which is the default. */
export interface TextKeys {
  readonly keys?: "text";
}

/** Keys come back as bytes, for buckets with keys that are not UTF-8. */
export interface ByteKeys {
  readonly keys: "bytes";
}

/**
 * What a scan gives, one by one. A key that is there throughout the scan comes exactly once, though nodes fail meanwhile:
 * another one goes on where the stream broke. It is not one moment's view: what is written meanwhile is seen or not.
 *
 * Pages are fetched as they are used, at most one ahead. Leaving the loop ends the scan at the server.
 */
export class Scan<Row> implements AsyncIterableIterator<Row, undefined, void>, AsyncDisposable {
  readonly #rows: AsyncGenerator<Row, undefined, void>;
  /** Stands for what is scanned, so that a token is not taken for one of another scan. */
  readonly #scan: Buffer;
  #after: Buffer | undefined;
  #given: string | null | undefined;

  /** @internal Use `scan` or `keys` of a bucket. */
  constructor(
    calls: BucketCalls,
    options: ScanOptions,
    { isKeysOnly, read }: { readonly isKeysOnly: boolean; readonly read: (row: kv.ScanRow__Output) => Row },
  ) {
    this.#given = options.pageToken;
    this.#scan = scanTag(calls, options);
    this.#rows = this.#read(calls, options, isKeysOnly, read);
  }

  /**
   * Where another scan with the same options goes on: behind the last row that this one gave, or that could not be
   * decoded. Undefined before the first row; null when there is no more, also in JSON, and never where a scan begins anew.
   */
  get pageToken(): string | null | undefined {
    return this.#after === undefined
      ? this.#given
      : Buffer.concat([this.#scan, this.#after]).toString("base64url");
  }

  next(): Promise<IteratorResult<Row, undefined>> {
    return this.#rows.next();
  }

  /** Ends the scan at the server. */
  return(): Promise<IteratorResult<Row, undefined>> {
    return this.#rows.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** `return`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async *#read(
    calls: BucketCalls,
    options: ScanOptions,
    isKeysOnly: boolean,
    read: (row: kv.ScanRow__Output) => Row,
  ): AsyncGenerator<Row, undefined, void> {
    const query = {
      prefix: boundBytes(options, "prefix"),
      start: boundBytes(options, "start"),
      end: boundBytes(options, "end"),
      isReverse: options.reverse ?? false,
      isKeysOnly,
      pageSize: checkPageSize(options.pageSize),
      pageToken: tokenBytes(options.pageToken, this.#scan),
      limit: checkLimit(options.limit),
    };
    if (options.pageToken === null) return undefined;
    for await (const { rows, nextPageToken } of scanPages(calls, query, options)) {
      for (const row of rows) {
        this.#after = row.key;
        yield read(row);
      }
      if (nextPageToken.length === 0) this.#ended();
    }
    return undefined;
  }

  #ended(): void {
    this.#after = undefined;
    this.#given = null;
  }
}

/** What keys are to the caller. */
export interface KeyCodec<K extends Key> {
  /** @throws AtollError DATA_LOSS for bytes that are none of its keys. */
  decode(bytes: Uint8Array, bucket: string): K;
}

export const TEXT_KEYS: KeyCodec<string> = {
  decode: (bytes, bucket) => {
    try {
      return decodeText(bytes);
    } catch (cause) {
      const key = `0x${Buffer.from(bytes).toString("hex")}`;
      throw new AtollError({
        code: "DATA_LOSS",
        reason: undefined,
        message: `a key of bucket "${bucket}" is not UTF-8: ${key}; scan it with { keys: "bytes" }`,
        metadata: { bucket, key },
        cause,
      });
    }
  },
};

export const BYTE_KEYS: KeyCodec<Uint8Array> = { decode: plainBytes };

const NO_BOUND = Buffer.alloc(0);

/** An empty one is no bound, as on the wire. */
function boundBytes(options: ScanOptions, name: "prefix" | "start" | "end"): Buffer {
  const bound = options[name];
  return bound === undefined || bound.length === 0 ? NO_BOUND : keyBytes(bound, name);
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;

const TAG_BYTES = 4;

function scanTag(
  { bucket, dispatcher, type }: Pick<BucketCalls, "bucket" | "dispatcher" | "type">,
  { end, prefix, reverse, start }: ScanOptions,
): Buffer {
  const bounds = [prefix, start, end].map((bound) => Buffer.from(bound ?? NO_BOUND).toString("hex"));
  const tag = Buffer.alloc(TAG_BYTES);
  tag.writeUInt32BE(crc32(JSON.stringify([dispatcher.clusterId, type, bucket, reverse === true, ...bounds])));
  return tag;
}

/** The key behind which a scan goes on. */
function tokenBytes(token: string | null | undefined, scan: Buffer): Buffer {
  if (token === undefined || token === null) return NO_BOUND;
  const bytes = BASE64URL.test(token) ? Buffer.from(token, "base64url") : NO_BOUND;
  if (bytes.length > TAG_BYTES && bytes.subarray(0, TAG_BYTES).equals(scan)) return bytes.subarray(TAG_BYTES);
  throw AtollError.invalid(
    "pageToken",
    "the page token is not of a scan of this bucket of this cluster, with this prefix, range and direction: give it with the options of its own scan, or begin without one",
  );
}

/** 0 is no limit on the wire. */
function checkLimit(limit: number | undefined): number {
  if (limit === undefined) return 0;
  if (Number.isInteger(limit) && limit >= 1 && limit < 2 ** 32) return limit;
  throw AtollError.invalid("limit", `limit is ${limit}: use a whole number from 1`);
}
