import { AtollError } from "./atoll-error.js";
import { attemptFailure } from "./attempt-failure.js";
import type { Replied } from "./dispatched-call.js";
import type { CallTerms, Dispatcher } from "./dispatcher.js";
import type { Send } from "./failover-call.js";
import type { NodeHandle } from "./node-handle.js";
import type { Route } from "./routing-table.js";

/** One key of a batch: where it goes and what is sent. */
export interface BatchItem<Payload> {
  readonly route: Route;
  readonly payload: Payload;
  /** Roughly, on the wire. */
  readonly bytes: number;
}

/** What reads and writes of many keys differ in. */
export interface BatchMethod<Payload, Reply extends Replied, Result> {
  readonly isWrite: boolean;
  /** A sender for one request of these payloads. Called once for a request, so that its retries share an id. */
  readonly request: (payloads: readonly Payload[]) => Send<Reply>;
  /** One for each payload, in order. */
  readonly results: (reply: Reply) => readonly (Result | AtollError)[];
}

const CHUNK_ITEMS_MAX = 128;
/** Half of the server's limit on a message. */
const CHUNK_BYTES_MAX = 2 * 1024 * 1024;
const CHUNKS_IN_FLIGHT_MAX = 8;
const ROUNDS_MAX = 3;

/**
 * Sends many keys, split by the node that is best for each, in parallel. Each request fails over as a whole; keys that
 * a node refuses singly, with nothing done, are split and sent again. Returns one result or error for each item.
 */
export async function runBatch<Payload, Reply extends Replied, Result>(
  dispatcher: Dispatcher,
  terms: CallTerms,
  items: readonly BatchItem<Payload>[],
  method: BatchMethod<Payload, Reply, Result>,
): Promise<(Result | AtollError)[]> {
  const outcomes = new Map<BatchItem<Payload>, Result | AtollError>();
  let pending = items;
  for (let round = 1; pending.length > 0; round += 1) {
    const refused: BatchItem<Payload>[] = [];
    await inParallel(split(dispatcher, terms, pending), CHUNKS_IN_FLIGHT_MAX, async (chunk) => {
      refused.push(...(await runChunk(dispatcher, terms, chunk, method, outcomes)));
    });
    if (round >= ROUNDS_MAX || refused.length === 0 || !dispatcher.mayRetry()) break;
    pending = refused;
  }
  return items.map((item) => outcomes.get(item) ?? noResult());
}

interface Chunk<Payload> {
  readonly node: NodeHandle | undefined;
  readonly first: BatchItem<Payload>;
  readonly items: BatchItem<Payload>[];
  bytes: number;
}

/** Groups the items by their best node, in requests that the server's limits allow. */
function split<Payload>(
  dispatcher: Dispatcher,
  terms: CallTerms,
  items: readonly BatchItem<Payload>[],
): Chunk<Payload>[] {
  const chunks: Chunk<Payload>[] = [];
  const open = new Map<NodeHandle | undefined, Chunk<Payload>>();
  for (const item of items) {
    const node = dispatcher.firstNode(item.route, terms);
    const chunk = open.get(node);
    if (
      chunk !== undefined &&
      chunk.items.length < CHUNK_ITEMS_MAX &&
      chunk.bytes + item.bytes <= CHUNK_BYTES_MAX
    ) {
      chunk.items.push(item);
      chunk.bytes += item.bytes;
      continue;
    }
    const fresh: Chunk<Payload> = { node, first: item, items: [item], bytes: item.bytes };
    open.set(node, fresh);
    chunks.push(fresh);
  }
  return chunks;
}

/** Sends one request and notes each item's outcome. Returns the items that may be sent again under another id. */
async function runChunk<Payload, Reply extends Replied, Result>(
  dispatcher: Dispatcher,
  terms: CallTerms,
  { node, first, items }: Chunk<Payload>,
  method: BatchMethod<Payload, Reply, Result>,
  outcomes: Map<BatchItem<Payload>, Result | AtollError>,
): Promise<BatchItem<Payload>[]> {
  const send = method.request(items.map((item) => item.payload));
  let mayHaveArrived = false;
  let reply: Reply;
  try {
    reply = await dispatcher.dispatch<Reply>({
      route: first.route,
      terms,
      isWrite: method.isWrite,
      ...(node === undefined ? {} : { first: node }),
      send: (stub, isRetry, options, done) => {
        mayHaveArrived = isRetry;
        return send(stub, isRetry, options, done);
      },
    });
  } catch (thrown) {
    for (const item of items) outcomes.set(item, AtollError.from(thrown));
    return [];
  }
  const results = method.results(reply);
  return items.filter((item, index) => {
    const result = results[index] ?? noResult();
    if (!(result instanceof AtollError)) {
      outcomes.set(item, result);
      return false;
    }
    const failure = attemptFailure(result);
    const mayBeApplied = method.isWrite && (mayHaveArrived || failure.mayHaveArrived);
    outcomes.set(item, mayBeApplied ? result.asMaybeApplied() : result);
    if (failure.scope === "answer" || mayBeApplied) return false;
    dispatcher.refusedBy(reply.header, item.route, terms, failure.scope);
    return true;
  });
}

/** Runs the work on every item, on at most `width` at a time. */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

function noResult(): AtollError {
  return new AtollError({
    code: "INTERNAL",
    reason: undefined,
    message: "the reply to the batch has no result for this key",
  });
}
