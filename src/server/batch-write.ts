/**
 * BatchWrite: puts, deletes and updates. In parallel, each with a result of its own, and no transaction; or as one, of keys
 * of one partition, with one outcome.
 */
import type { NodeApi } from "../node/index.js";
import type { Failure, KeyWrite, OperationOptions } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { itemRequestId, runBatch } from "./batch.js";
import { type Call, decodeCall, run } from "./call.js";
import { badRequest, deadlinePassed, isFailure, toItemError } from "./failure.js";
import type { Limits } from "./limits.js";
import { decodeDelete, decodePut, retryProblem } from "./operation-decoding.js";
import { requestIdProblem } from "./options-decoding.js";
import { encodeDelete, encodePut, encodeUpdate, expectWritten, type WriteOutcome } from "./reply-encoding.js";
import type { ReplyHeaders } from "./reply-header.js";
import { decodeUpdate } from "./update-decoding.js";

export function batchWrite(
  node: Pick<NodeApi, "execute" | "layout">,
  headers: ReplyHeaders,
  limits: Limits,
  request: kv.BatchWriteRequest__Output,
  remainingMs: number,
  answer: (result: kv.BatchWriteResponse | Failure) => void,
): void {
  const { items } = request;
  const call = decodeBatchCall(request, remainingMs, node, limits);
  if (isFailure(call)) {
    answer(call);
    return;
  }
  if (request.isAtomic) return writeAsOne(node, headers, limits, { items, call }, answer);
  const endsAt = performance.now() + call.options.timeoutMs;
  const results: kv.BatchWriteResult[] = new Array(items.length);
  runBatch(
    items.length,
    (index, itemDone) => {
      const finish = (result: WriteOutcome | Failure): void => {
        results[index] = encodeResult(items[index], result);
        itemDone();
      };
      const timeoutMs = endsAt - performance.now();
      const operation = decodeItem(items[index], `items[${index}].`, limits);
      if (isFailure(operation)) finish(operation);
      else if (timeoutMs <= 0) finish(deadlinePassed());
      else {
        const options = itemOptions(call.options, items[index], index, timeoutMs);
        run(node, operation, { ...call, options }, (outcome) => finish(expectWritten(outcome)));
      }
    },
    () => answer({ header: headers.of(call.session), results }),
  );
}

/** One operation of the node: it fails or succeeds as a whole, and every item has its outcome. */
function writeAsOne(
  node: Pick<NodeApi, "execute">,
  headers: ReplyHeaders,
  limits: Limits,
  { items, call }: { readonly items: readonly kv.BatchWriteItem__Output[]; readonly call: Call },
  answer: (result: kv.BatchWriteResponse | Failure) => void,
): void {
  if (items.length === 0) return answer(badRequest("items", "is empty: there is nothing to write"));
  const writes: KeyWrite[] = [];
  for (const [index, item] of items.entries()) {
    const write = decodeItem(item, `items[${index}].`, limits);
    if (isFailure(write)) return answer(write);
    if (item.requestId.length > 0)
      return answer(badRequest(`items[${index}].request_id`, "belongs to the batch: it is one request"));
    writes.push(write);
  }
  run(node, { kind: "batch", writes }, call, (outcome) => {
    const written = expectWritten(outcome);
    if (isFailure(written)) return answer(written);
    const results = items.map((item) => encodeResult(item, written));
    answer({ header: headers.of(call.session), results });
  });
}

function decodeBatchCall(
  { items, options }: kv.BatchWriteRequest__Output,
  remainingMs: number,
  node: Pick<NodeApi, "layout">,
  limits: Limits,
): Call | Failure {
  if (items.length > limits.batchItems) {
    return badRequest("items", `${items.length} items; the limit is ${limits.batchItems}`);
  }
  const problem = retryProblem(options, "");
  return problem ?? decodeCall(options, remainingMs, node, limits);
}

function itemOptions(
  options: OperationOptions,
  item: kv.BatchWriteItem__Output | undefined,
  index: number,
  timeoutMs: number,
): OperationOptions {
  const own = item === undefined || item.requestId.length === 0 ? undefined : item.requestId.toString("hex");
  const derived = options.requestId === undefined ? undefined : itemRequestId(options.requestId, index);
  const requestId = own ?? derived;
  return { ...options, timeoutMs, requestId };
}

/** Options are the batch's: those inside an item would be ignored, so they are refused. */
function decodeItem(
  item: kv.BatchWriteItem__Output | undefined,
  prefix: string,
  limits: Limits,
): KeyWrite | Failure {
  const write = item?.put ?? item?.delete ?? item?.update;
  if (write?.options) return badRequest(`${prefix}${item?.write}.options`, "belongs to the batch");
  const problem = item && requestIdProblem(item.requestId, `${prefix}request_id`);
  if (problem !== undefined) return problem;
  if (item?.put) return decodePut(item.put, `${prefix}put.`, limits);
  if (item?.delete) return decodeDelete(item.delete, `${prefix}delete.`, limits);
  if (item?.update) return decodeUpdate(item.update, `${prefix}update.`, limits);
  return badRequest(`${prefix}write`, "missing; an item is a put, a delete or an update");
}

function encodeResult(
  item: kv.BatchWriteItem__Output | undefined,
  result: WriteOutcome | Failure,
): kv.BatchWriteResult {
  if (isFailure(result)) return { error: toItemError(result) };
  if (item?.put) return { put: encodePut(result, null) };
  return item?.delete ? { delete: encodeDelete(result, null) } : { update: encodeUpdate(result, null) };
}
