/**
 * BatchGet: reads in parallel, each with a result of its own. The reply must fit one message, so reads whose values
 * no longer fit get an error that says so, and once the reply is full the rest is not read at all.
 */
import type { NodeApi } from "../node/index.js";
import { type Failure, failure } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { decodeAddress } from "./address-decoding.js";
import { runBatch } from "./batch.js";
import { type Call, decodeCall, run } from "./call.js";
import { badRequest, deadlinePassed, isFailure, toItemError } from "./failure.js";
import { type Limits, MESSAGE_OVERHEAD_BYTES } from "./limits.js";
import { hasElements, sloppyReadProblem } from "./read-decoding.js";
import { encodeRead, expectRead, type ReadOutcome } from "./reply-encoding.js";
import type { ReplyHeaders } from "./reply-header.js";

/** Field tags, lengths, stamps and flags of one result, and of one value in it; generous. */
const RESULT_OVERHEAD_BYTES = 64;

export function batchGet(
  node: Pick<NodeApi, "execute" | "layout">,
  headers: ReplyHeaders,
  limits: Limits,
  request: kv.BatchGetRequest__Output,
  remainingMs: number,
  answer: (result: kv.BatchGetResponse | Failure) => void,
): void {
  const { addresses } = request;
  const call = decodeBatchCall(request, remainingMs, node, limits);
  if (isFailure(call)) {
    answer(call);
    return;
  }
  const endsAt = performance.now() + call.options.timeoutMs;
  const results: kv.BatchGetResult[] = new Array(addresses.length);
  let freeBytes = limits.messageBytes - MESSAGE_OVERHEAD_BYTES;
  runBatch(
    addresses.length,
    (index, itemDone) => {
      const finish = (result: ReadOutcome | Failure): void => {
        const kept = isFailure(result) ? result : takeRoom(result);
        results[index] = isFailure(kept) ? { error: toItemError(kept) } : { value: encodeRead(kept, null) };
        itemDone();
      };
      const address = decodeAddress(addresses[index] ?? null, `addresses[${index}]`, limits);
      const timeoutMs = endsAt - performance.now();
      if (isFailure(address)) finish(address);
      else if (hasElements(address))
        finish(badRequest(`addresses[${index}].type`, "is read in pages, with Get"));
      else if (freeBytes <= 0) finish(replyFull(limits));
      else if (timeoutMs <= 0) finish(deadlinePassed());
      else {
        const options = { ...call.options, timeoutMs };
        run(node, { kind: "get", address, element: [] }, { ...call, options }, (outcome) =>
          finish(expectRead(outcome)),
        );
      }
    },
    () => answer({ header: headers.of(call.session), results }),
  );

  function takeRoom(read: ReadOutcome): ReadOutcome | Failure {
    const size = replyBytes(read);
    freeBytes -= size;
    return freeBytes < 0 ? replyFull(limits) : read;
  }
}

function decodeBatchCall(
  { addresses, options }: kv.BatchGetRequest__Output,
  remainingMs: number,
  node: Pick<NodeApi, "layout">,
  limits: Limits,
): Call | Failure {
  if (addresses.length > limits.batchItems) {
    return badRequest("addresses", `${addresses.length} items; the limit is ${limits.batchItems}`);
  }
  return sloppyReadProblem(options) ?? decodeCall(options, remainingMs, node, limits);
}

function replyBytes(read: ReadOutcome): number {
  if (read.kind !== "read") return RESULT_OVERHEAD_BYTES;
  let size = RESULT_OVERHEAD_BYTES + read.context.length;
  for (const value of read.values) size += RESULT_OVERHEAD_BYTES + value.data.length;
  return size;
}

function replyFull(limits: Limits): Failure {
  return failure(
    "OVERLOADED",
    `the reply is full (${limits.messageBytes} bytes); read this key in another batch, or by itself`,
  );
}
