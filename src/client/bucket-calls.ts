import type { CallOptions as GrpcCallOptions, requestCallback } from "@grpc/grpc-js";
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import type { KvStub } from "./channel.js";
import type { CallTerms, Dispatcher, Replied } from "./dispatcher.js";
import { checkBucket, type Key, keyBytes } from "./key.js";
import { namedRequestId, newRequestId } from "./request-id.js";
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
import type { EncodedValue, Encoding } from "./value-codec.js";

/** The type is part of a key's address. */
export type KeyType = Exclude<kv.DataType__Output, "DATA_TYPE_UNSPECIFIED" | number>;

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

  async put(key: Key, encoded: EncodedValue, options: PutOptions): Promise<kv.PutResponse__Output> {
    const put: kv.PutRequest = { value: wireValue(encoded), ...putTermsOf(options) };
    return this.#write<kv.PutResponse__Output>(key, options, (stub, written, callOptions, done) =>
      stub.put({ ...put, ...written }, callOptions, done),
    );
  }

  async delete(key: Key, options: WriteOptions): Promise<kv.DeleteResponse__Output> {
    const context = options.context ?? EMPTY;
    return this.#write<kv.DeleteResponse__Output>(key, options, (stub, written, callOptions, done) =>
      stub.delete({ context, ...written }, callOptions, done),
    );
  }

  /** All operations together or none. */
  async update(
    key: Key,
    actions: readonly kv.Operation[],
    options: LastingOptions,
  ): Promise<kv.UpdateResponse__Output> {
    const operations = lasting(actions, options);
    return this.#write<kv.UpdateResponse__Output>(key, options, (stub, written, callOptions, done) =>
      stub.update({ operations, ...written }, callOptions, done),
    );
  }

  address(key: Buffer): AddressedKey {
    return { type: this.type, bucket: this.bucket, key };
  }

  async #write<Reply extends Replied>(
    key: Key,
    options: UpdateOptions,
    send: SendWrite<Reply>,
  ): Promise<Reply> {
    const address = this.address(keyBytes(key));
    const terms = this.terms(options);
    const requestId =
      terms.request === undefined ? newRequestId() : namedRequestId(terms.request, address, "alone");
    return this.dispatcher.dispatch<Reply>({
      route: this.dispatcher.routeOf(this.bucket, address.key),
      terms,
      isWrite: true,
      send: (stub, isRetry, callOptions, done) =>
        send(stub, { address, options: writeOptions(terms, requestId, isRetry) }, callOptions, done),
    });
  }
}

/** Sends a write with what all writes have. */
type SendWrite<Reply> = (
  stub: KvStub,
  written: { readonly address: AddressedKey; readonly options: kv.RequestOptions },
  options: GrpcCallOptions,
  done: requestCallback<Reply>,
) => ReturnType<KvStub["put"]>;

export interface AddressedKey {
  readonly type: KeyType;
  readonly bucket: string;
  readonly key: Buffer;
}

const EMPTY = Buffer.alloc(0);

export function readOptions({ clusterId, consistency, session }: CallTerms): kv.RequestOptions {
  return { clusterId, consistency: consistency ?? null, sessionToken: session?.token ?? EMPTY };
}

export function writeOptions(terms: CallTerms, requestId: Buffer, isRetry: boolean): kv.RequestOptions {
  return { ...readOptions(terms), requestId, isRetry, isSloppy: terms.isSloppy };
}

/** Operations that put something there for so long. */
export function lasting(actions: readonly kv.Operation[], lifetime: Lifetime): kv.Operation[] {
  const ttlMs = checkTtl(lifetime);
  return actions.map((action) => ({ ...action, ttlMs }));
}

export function putTermsOf(
  options: PutOptions,
): Pick<kv.PutRequest, "context" | "ifAbsent" | "ifContext" | "ttlMs"> {
  return { ...conditionOf(options), ttlMs: checkTtl(options) };
}

function conditionOf({
  context,
  ifAbsent = false,
  ifUnchanged,
}: PutOptions): Pick<kv.PutRequest, "context" | "ifAbsent" | "ifContext"> {
  if (ifUnchanged === undefined) return { context: context ?? EMPTY, ifAbsent };
  if (context !== undefined || ifAbsent)
    throw AtollError.invalid(
      "ifUnchanged",
      "ifUnchanged says by itself what the put replaces: give it without context and ifAbsent",
    );
  if (ifUnchanged.length === 0)
    throw AtollError.invalid("ifUnchanged", "ifUnchanged is empty: give it the context of a read");
  return { context: ifUnchanged, ifContext: true };
}

const WIRE_ENCODING: Readonly<Record<Encoding, Exclude<kv.ValueEncoding__Output, number>>> = {
  bytes: "VALUE_ENCODING_UNSPECIFIED",
  text: "VALUE_ENCODING_TEXT",
  msgpack: "VALUE_ENCODING_MSGPACK",
  json: "VALUE_ENCODING_JSON",
};

export function wireValue({ data, encoding }: EncodedValue): kv.Value {
  return { data, encoding: WIRE_ENCODING[encoding] };
}

/** An encoding that only a newer server knows reads as bytes, which is what every value is. */
export function encodedValue({ data, encoding }: kv.Value__Output): EncodedValue {
  switch (encoding) {
    case "VALUE_ENCODING_TEXT":
      return { data, encoding: "text" };
    case "VALUE_ENCODING_MSGPACK":
      return { data, encoding: "msgpack" };
    case "VALUE_ENCODING_JSON":
      return { data, encoding: "json" };
    default:
      return { data, encoding: "bytes" };
  }
}

/** When a value expires, as the wire has it; undefined: never. */
export function expiryOf(expiresAtMs: string): Date | undefined {
  return expiresAtMs === "0" ? undefined : new Date(Number(expiresAtMs));
}

/** When the last of the values does; undefined: one never does, or there is none. */
export function lastExpiryOf(values: readonly Pick<kv.Value__Output, "expiresAtMs">[]): Date | undefined {
  const endsMs = values.map(({ expiresAtMs }) => Number(expiresAtMs));
  return endsMs.length === 0 || endsMs.includes(0) ? undefined : new Date(Math.max(...endsMs));
}
