/** Sends the writes of a batch: each by itself to a node that holds its key, or all of them as one. */
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import { type BatchItem, runBatch } from "./batch.js";
import { ITEM_OVERHEAD_BYTES, itemRequest, writeMethod } from "./batch-calls.js";
import { WRITE, type Write } from "./batch-writes.js";
import type { CallTerms, Dispatcher } from "./dispatcher.js";
import { namedRequestId, newRequestId } from "./request-id.js";
import { writeOptions } from "./request-options.js";
import { type BatchResult, pairResults, type WriteResult, writeResult } from "./results.js";

/** One result for each write, in order. */
export async function writeEach(
  dispatcher: Dispatcher,
  terms: CallTerms,
  writes: readonly Write[],
): Promise<BatchResult<WriteResult>[]> {
  const items = writes.map((write, index): BatchItem<kv.BatchWriteItem> => {
    const { address, bytes, item } = write[WRITE];
    const { bucket, key: keyBytes } = address;
    return {
      route: dispatcher.routeOf(bucket, keyBytes),
      payload: { ...item, ...itemRequest(terms, address, index) },
      bytes: keyBytes.length + bytes + ITEM_OVERHEAD_BYTES,
    };
  });
  const replies = await runBatch(dispatcher, terms, items, writeMethod(terms, writtenOf));
  return pairResults(
    writes.map((write) => write[WRITE].key),
    replies,
    (_key, reply) => writeResult(reply),
  );
}

/** One request, one request id, one outcome. */
export async function writeTogether(
  dispatcher: Dispatcher,
  terms: CallTerms,
  writes: readonly Write[],
): Promise<WriteResult> {
  const [first] = writes;
  if (first === undefined)
    throw AtollError.invalid("writes", "the batch is empty: there is nothing to write");
  const { address } = first[WRITE];
  const items = writes.map((write) => write[WRITE].item);
  const requestId =
    terms.request === undefined ? newRequestId() : namedRequestId(terms.request, address, "atomic");
  const reply = await dispatcher.dispatch<kv.BatchWriteResponse__Output>({
    route: dispatcher.routeOf(address.bucket, address.key),
    terms,
    isWrite: true,
    send: (stub, isRetry, options, done) =>
      stub.batchWrite(
        { items, isAtomic: true, options: writeOptions(terms, requestId, isRetry) },
        options,
        done,
      ),
  });
  const written = reply.results[0] && writtenOf(reply.results[0]);
  if (written) return writeResult({ ...written, header: reply.header });
  throw AtollError.from(new Error("the reply to the batch says nothing of what was written"));
}

/** Whatever it was: all of them say the same. */
function writtenOf(result: kv.BatchWriteResult__Output) {
  return result.put ?? result.delete ?? result.update;
}
