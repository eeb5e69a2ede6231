import type { kv } from "../wire/index.js";
import type { AddressedKey, KeyType } from "./addresses.js";
import type { Replied } from "./dispatched-call.js";
import type { CallTerms, Dispatcher } from "./dispatcher.js";
import { checkBucket, type Key, keyBytes } from "./key.js";
import type { AttemptCall, AttemptDone, AttemptOptions, NodeCalls } from "./node-calls.js";
import { namedRequestId, newRequestId } from "./request-id.js";
import { readOptions, writeOptions } from "./request-options.js";
import { SessionState } from "./session-state.js";
import {
  type CallOptions,
  checkPageSize,
  checkTtl,
  type LastingOptions,
  type Lifetime,
  type PageOptions,
  type PutOptions,
  type UpdateOptions,
  type WriteOptions,
} from "./settings.js";
import type { EncodedValue } from "./value-codec.js";
import { checkContext, checkPutTerms, type ValueRead, type ValueWritten, wireTtl } from "./values.js";

/** What of a key to read, where it is not all of it. */
type Part = Pick<kv.GetRequest, "member" | "path" | "leafType" | "pageSize" | "pageToken" | "isCountOnly">;

/** The single-key calls on one bucket of one type, in the messages of the wire. */
export class BucketCalls {
  readonly type: KeyType;
  readonly bucket: string;
  readonly dispatcher: Dispatcher;
  readonly #session: SessionState | undefined;

  /**
   * @param session the one that all calls belong to, if any
   * @throws AtollError INVALID_ARGUMENT for a bucket name that cannot be.
   */
  constructor(dispatcher: Dispatcher, type: KeyType, bucket: string, session: SessionState | undefined) {
    this.dispatcher = dispatcher;
    this.type = type;
    this.bucket = checkBucket(bucket);
    this.#session = session;
  }

  /** The same calls in a session of their own, which has seen what this one has. */
  inOwnSession(): BucketCalls {
    const session = new SessionState(this.#session?.text);
    return new BucketCalls(this.dispatcher, this.type, this.bucket, session);
  }

  outsideSessions(): BucketCalls {
    return new BucketCalls(this.dispatcher, this.type, this.bucket, undefined);
  }

  /** @throws AtollError INVALID_ARGUMENT that names the option. */
  terms(options: UpdateOptions): CallTerms {
    return this.dispatcher.terms(options, this.#session);
  }

  async get(key: Key, options: CallOptions, part: Part = {}): Promise<kv.GetResponse__Output> {
    const address = this.address(keyBytes(key));
    return this.read(address, this.terms(options), part);
  }

  read(address: AddressedKey, terms: CallTerms, part: Part = {}): Promise<kv.GetResponse__Output> {
    const request: kv.GetRequest = { ...part, address, options: readOptions(terms) };
    return this.dispatcher.dispatch({
      route: this.dispatcher.routeOf(this.bucket, address.key),
      terms,
      isWrite: false,
      send: (stub, _isRetry, callOptions, done) => stub.get(request, callOptions, done),
    });
  }

  /** The elements of a set or a map in order, page by page; of a map those at and below the path. */
  async *pages(
    key: Key,
    path: Buffer[],
    options: PageOptions,
  ): AsyncGenerator<readonly kv.Element__Output[], void, undefined> {
    const address = this.address(keyBytes(key));
    const pageSize = checkPageSize(options.pageSize);
    let pageToken: Buffer = EMPTY;
    do {
      const page = await this.read(address, this.terms(options), { path, pageSize, pageToken });
      yield page.elements;
      pageToken = page.nextPageToken;
    } while (pageToken.length > 0);
  }

  /** How many elements a set or a map has. One call counts as much as it has time for, and the next one goes on. */
  async count(key: Key, options: CallOptions): Promise<number> {
    const address = this.address(keyBytes(key));
    const { deadlineMs } = this.terms(options);
    let count = 0;
    let pageToken: Buffer = EMPTY;
    do {
      const terms = { ...this.terms(options), deadlineMs };
      const counted = await this.read(address, terms, { isCountOnly: true, pageToken });
      count += Number(counted.cardinality);
      pageToken = counted.nextPageToken;
    } while (pageToken.length > 0);
    return count;
  }

  /** @throws AtollError INVALID_ARGUMENT for a key or an option that cannot be; all else rejects */
  getValue(key: Key, options: CallOptions): Promise<ValueRead> {
    const address = this.address(keyBytes(key));
    const terms = this.terms(options);
    return this.dispatcher.dispatch({
      route: this.dispatcher.routeOf(this.bucket, address.key),
      terms,
      isWrite: false,
      send: (calls, _isRetry, callOptions, done) => calls.getValue({ address, terms }, callOptions, done),
    });
  }

  /** As `getValue`. */
  putValue(key: Key, value: EncodedValue, options: PutOptions): Promise<ValueWritten> {
    const put = { value, ...checkPutTerms(options) };
    return this.#write<ValueWritten>(key, options, (node, written, callOptions, done) =>
      node.putValue({ ...put, ...written }, callOptions, done),
    );
  }

  async delete(key: Key, options: WriteOptions): Promise<kv.DeleteResponse__Output> {
    const context = options.context === undefined ? EMPTY : checkContext("context", options.context);
    return this.#write<kv.DeleteResponse__Output>(key, options, (node, written, callOptions, done) =>
      node.delete({ context, ...wireWrite(written) }, callOptions, done),
    );
  }

  /** All operations together or none. */
  async update(
    key: Key,
    actions: readonly kv.Operation[],
    options: LastingOptions,
  ): Promise<kv.UpdateResponse__Output> {
    const operations = lasting(actions, options);
    return this.#write<kv.UpdateResponse__Output>(key, options, (node, written, callOptions, done) =>
      node.update({ operations, ...wireWrite(written) }, callOptions, done),
    );
  }

  address(key: Buffer): AddressedKey {
    return { type: this.type, bucket: this.bucket, key };
  }

  #write<Reply extends Replied>(key: Key, options: UpdateOptions, send: SendWrite<Reply>): Promise<Reply> {
    const address = this.address(keyBytes(key));
    const terms = this.terms(options);
    const requestId =
      terms.request === undefined ? newRequestId() : namedRequestId(terms.request, address, "alone");
    return this.dispatcher.dispatch<Reply>({
      route: this.dispatcher.routeOf(this.bucket, address.key),
      terms,
      isWrite: true,
      send: (node, isRetry, callOptions, done) =>
        send(node, { address, terms, requestId, isRetry }, callOptions, done),
    });
  }
}

/** What all writes have. */
interface Written {
  readonly address: AddressedKey;
  readonly terms: CallTerms;
  readonly requestId: Buffer;
  readonly isRetry: boolean;
}

type SendWrite<Reply> = (
  node: NodeCalls,
  written: Written,
  options: AttemptOptions,
  done: AttemptDone<Reply>,
) => AttemptCall;

const EMPTY = Buffer.alloc(0);

function wireWrite({
  address,
  isRetry,
  requestId,
  terms,
}: Written): Pick<kv.DeleteRequest, "address" | "options"> {
  return { address, options: writeOptions(terms, requestId, isRetry) };
}

/** Operations that put something there for so long. */
export function lasting(actions: readonly kv.Operation[], lifetime: Lifetime): kv.Operation[] {
  const ttlMs = wireTtl(checkTtl(lifetime));
  return actions.map((action) => ({ ...action, ttlMs }));
}
