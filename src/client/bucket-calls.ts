import { randomBytes } from "node:crypto";
import type { kv } from "../wire/index.js";
import type { CallTerms, Dispatcher } from "./dispatcher.js";
import { checkBucket, type Key, keyBytes } from "./key.js";
import type { CallOptions, WriteOptions } from "./settings.js";
import type { EncodedValue, Encoding } from "./value-codec.js";

/** The types whose keys hold whole values. */
export type ValueType = "DATA_TYPE_REGISTER" | "DATA_TYPE_MULTI";

/** The single-key calls on one bucket of one type, in the messages of the wire. */
export class BucketCalls {
  readonly type: ValueType;
  readonly bucket: string;
  readonly dispatcher: Dispatcher;

  /** @throws AtollError INVALID_ARGUMENT for a bucket name that cannot be. */
  constructor(dispatcher: Dispatcher, type: ValueType, bucket: string) {
    this.dispatcher = dispatcher;
    this.type = type;
    this.bucket = checkBucket(bucket);
  }

  async get(key: Key, options: CallOptions): Promise<kv.GetResponse__Output> {
    const address = this.address(keyBytes(key));
    return this.read(address, this.dispatcher.terms(options));
  }

  read(address: AddressedKey, terms: CallTerms): Promise<kv.GetResponse__Output> {
    const request: kv.GetRequest = { address, options: { consistency: terms.consistency ?? null } };
    return this.dispatcher.dispatch({
      route: this.dispatcher.routeOf(this.bucket, address.key),
      terms,
      isWrite: false,
      send: (stub, _isRetry, callOptions, done) => stub.get(request, callOptions, done),
    });
  }

  async put(key: Key, value: EncodedValue, options: WriteOptions): Promise<kv.PutResponse__Output> {
    const address = this.address(keyBytes(key));
    const terms = this.dispatcher.terms(options);
    const put: kv.PutRequest = { address, value: wireValue(value), context: options.context ?? EMPTY };
    const requestId = newRequestId();
    return this.dispatcher.dispatch({
      route: this.dispatcher.routeOf(this.bucket, address.key),
      terms,
      isWrite: true,
      send: (stub, isRetry, callOptions, done) =>
        stub.put({ ...put, options: writeOptions(terms, requestId, isRetry) }, callOptions, done),
    });
  }

  async delete(key: Key, options: WriteOptions): Promise<kv.DeleteResponse__Output> {
    const address = this.address(keyBytes(key));
    const terms = this.dispatcher.terms(options);
    const requestId = newRequestId();
    const context = options.context ?? EMPTY;
    return this.dispatcher.dispatch({
      route: this.dispatcher.routeOf(this.bucket, address.key),
      terms,
      isWrite: true,
      send: (stub, isRetry, callOptions, done) =>
        stub.delete(
          { address, context, options: writeOptions(terms, requestId, isRetry) },
          callOptions,
          done,
        ),
    });
  }

  address(key: Buffer): AddressedKey {
    return { type: this.type, bucket: this.bucket, key };
  }
}

export interface AddressedKey {
  readonly type: ValueType;
  readonly bucket: string;
  readonly key: Buffer;
}

const EMPTY = Buffer.alloc(0);
const REQUEST_ID_BYTES = 16;

/** Names a write, so that its retries are applied at most once. */
export function newRequestId(): Buffer {
  return randomBytes(REQUEST_ID_BYTES);
}

export function writeOptions(terms: CallTerms, requestId: Buffer, isRetry: boolean): kv.RequestOptions {
  return { consistency: terms.consistency ?? null, requestId, isRetry, isSloppy: terms.isSloppy };
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
