import type { kv } from "../wire/index.js";
import type { AddressedKey } from "./addresses.js";
import { AtollError } from "./atoll-error.js";
import { type BatchItem, type BatchMethod, inParallel, runBatch } from "./batch.js";
import type { BucketCalls } from "./bucket-calls.js";
import type { CallTerms } from "./dispatcher.js";
import { type Key, keyBytes } from "./key.js";
import { namedRequestId, newRequestId } from "./request-id.js";
import { readOptions, writeOptions } from "./request-options.js";
import { type BatchResult, type PutResult, pairResults, putResult } from "./results.js";
import { type CallOptions, checkTtl, type Lifetime, type RequestOptions } from "./settings.js";
import { type Codec, type EncodedValue, encodeValue } from "./value-codec.js";
import { valueWritten, wireTtl, wireValue } from "./values.js";

/** Addresses, contexts and field tags beside key and value. */
export const ITEM_OVERHEAD_BYTES = 128;
const SINGLE_READS_IN_FLIGHT_MAX = 8;

/** One put of many. */
export interface Entry<T> {
  readonly key: Key;
  readonly value: T;
}

/** The same, ready to be sent. */
type EncodedEntry = Entry<EncodedValue>;

/** An entry that cannot be encoded is the error that says why. */
function encodedEntries<T>(
  codec: Codec<T>,
  entries: readonly Entry<T>[],
  bucket: string,
): (EncodedEntry | AtollError)[] {
  return entries.map(({ key, value }) => {
    try {
      return { key, value: encodeValue(codec, value, bucket) };
    } catch (thrown) {
      return AtollError.from(thrown);
    }
  });
}

/** Reads many keys; one reply or error for each, in order. */
export async function getMany(
  calls: BucketCalls,
  keys: readonly Key[],
  options: CallOptions,
): Promise<(kv.GetResponse__Output | AtollError)[]> {
  const terms = calls.terms(options);
  const results = await runPrepared(
    keys,
    (key) => prepareRead(calls, key),
    (items) => runBatch(calls.dispatcher, terms, items, readMethod(terms)),
  );
  // A reply is bounded, so the values that found no room in it are read by themselves.
  const crowdedOut = [...results.entries()].flatMap(([index, result]) =>
    result instanceof AtollError && result.reason === "OVERLOADED" ? [index] : [],
  );
  await inParallel(crowdedOut, SINGLE_READS_IN_FLIGHT_MAX, async (index) => {
    const key = keys[index];
    if (key !== undefined)
      results[index] = await calls.read(calls.address(keyBytes(key)), terms).catch(AtollError.from);
  });
  return results;
}

/** Writes many keys; one result for each, in order. */
export async function putMany<T>(
  calls: BucketCalls,
  codec: Codec<T>,
  entries: Iterable<Entry<T>>,
  options: CallOptions & Lifetime & RequestOptions,
): Promise<BatchResult<PutResult>[]> {
  const listed = [...entries];
  const terms = calls.terms(options);
  const ttlMs = wireTtl(checkTtl(options));
  const replies = await runPrepared(
    encodedEntries(codec, listed, calls.bucket),
    (entry, index) => prepareWrite(calls, entry, { ttlMs, terms, index }),
    (items) =>
      runBatch(
        calls.dispatcher,
        terms,
        items,
        writeMethod(terms, ({ put }) => put),
      ),
  );
  return pairResults(
    listed.map(({ key }) => key),
    replies,
    (_key, reply) => putResult(valueWritten(reply)),
  );
}

/** Runs what could be prepared; the error of what could not takes its place among the results. */
async function runPrepared<Input, Payload, Result>(
  inputs: readonly Input[],
  prepare: (input: Input, index: number) => BatchItem<Payload>,
  run: (items: readonly BatchItem<Payload>[]) => Promise<(Result | AtollError)[]>,
): Promise<(Result | AtollError)[]> {
  const prepared = inputs.map((input, index) => {
    try {
      return prepare(input, index);
    } catch (thrown) {
      return AtollError.from(thrown);
    }
  });
  const results = (
    await run(prepared.filter((item): item is BatchItem<Payload> => !(item instanceof AtollError)))
  ).values();
  return prepared.map((item) => {
    if (item instanceof AtollError) return item;
    const next = results.next();
    return next.done === true ? AtollError.from(new Error("a batch lost a result")) : next.value;
  });
}

function prepareRead(calls: BucketCalls, key: Key): BatchItem<AddressedKey> {
  const address = calls.address(keyBytes(key));
  return {
    route: calls.dispatcher.routeOf(calls.bucket, address.key),
    payload: address,
    bytes: address.key.length + ITEM_OVERHEAD_BYTES,
  };
}

function prepareWrite(
  calls: BucketCalls,
  entry: EncodedEntry | AtollError,
  {
    index,
    terms,
    ttlMs,
  }: { readonly index: number; readonly terms: CallTerms; readonly ttlMs: number | string },
): BatchItem<kv.BatchWriteItem> {
  if (entry instanceof AtollError) throw entry;
  const { value } = entry;
  const address = calls.address(keyBytes(entry.key));
  return {
    route: calls.dispatcher.routeOf(calls.bucket, address.key),
    payload: { put: { address, value: wireValue(value), ttlMs }, ...itemRequest(terms, address, index) },
    bytes: address.key.length + value.data.length + ITEM_OVERHEAD_BYTES,
  };
}

/** Of a write in a batch that its caller has named: the id goes with it, however the batch is split this time. */
export function itemRequest(
  { request }: CallTerms,
  address: AddressedKey,
  index: number,
): Pick<kv.BatchWriteItem, "requestId"> {
  return request === undefined ? {} : { requestId: namedRequestId(request, address, index) };
}

function readMethod(
  terms: CallTerms,
): BatchMethod<AddressedKey, kv.BatchGetResponse__Output, kv.GetResponse__Output> {
  return {
    isWrite: false,
    request: (addresses) => {
      const request: kv.BatchGetRequest = {
        addresses: [...addresses],
        options: readOptions(terms),
      };
      return (stub, _isRetry, options, done) => stub.batchGet(request, options, done);
    },
    results: (reply) =>
      reply.results.map(({ value, error }) =>
        value ? { ...value, header: reply.header } : itemError(error),
      ),
  };
}

/** @param pick what of a result says what was written */
export function writeMethod<Written extends object>(
  terms: CallTerms,
  pick: (result: kv.BatchWriteResult__Output) => Written | null | undefined,
): BatchMethod<kv.BatchWriteItem, kv.BatchWriteResponse__Output, Written> {
  return {
    isWrite: true,
    request: (payloads) => {
      const requestId = newRequestId();
      const items = [...payloads];
      return (stub, isRetry, options, done) =>
        stub.batchWrite({ items, options: writeOptions(terms, requestId, isRetry) }, options, done);
    },
    results: (reply) =>
      reply.results.map((result) => {
        const written = pick(result);
        return written ? { ...written, header: reply.header } : itemError(result.error);
      }),
  };
}

function itemError(error: kv.ItemError__Output | null | undefined): AtollError {
  return error
    ? AtollError.fromItem(error)
    : AtollError.from(new Error("the item has neither result nor error"));
}
