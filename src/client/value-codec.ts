import { Packr } from "msgpackr";
import { AtollError } from "./atoll-error.js";
import { type Site, siteMetadata, siteText } from "./key.js";
import { msgpackFault } from "./msgpack-shape.js";
import { valueFault } from "./value-shape.js";

/** How stored bytes are to be read. The store keeps it beside the bytes and never looks inside. */
export type Encoding = (typeof ENCODINGS)[number];

export const ENCODINGS = ["bytes", "text", "msgpack", "json"] as const;

/** A value as the cluster keeps it. */
export interface EncodedValue {
  readonly data: Uint8Array;
  readonly encoding: Encoding;
}

/**
 * Turns values into bytes and back. `encode` may throw: the call is refused with INVALID_ARGUMENT and nothing is sent.
 * `decode` may throw: the read fails with DATA_LOSS. It is given what some writer stored, which need not have been
 * this codec, so it should check what it returns.
 */
export interface Codec<T> {
  encode(value: T): EncodedValue;
  decode(stored: EncodedValue): T;
}

const packr = new Packr({
  useRecords: false,
  mapsAsObjects: true,
  useBigIntExtension: true,
  int64AsType: "bigint",
  copyBuffers: true,
});

const LONE_SURROGATE = /\p{Surrogate}/u;

/** False for strings that UTF-8 cannot carry: writing one would store another string. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/**
 * The codec of a bucket that names none: a `Uint8Array` is stored as it is, a string as UTF-8 text, and everything else
 * as MessagePack: null, booleans, numbers, bigints, dates, byte arrays, arrays and plain objects of them.
 *
 * `T` is what the caller says the bucket holds; nothing checks it. A codec of one's own can.
 */
export function autoCodec<T>(): Codec<T> {
  return { encode: encodeAuto, decode: decodeAuto };
}

function encodeAuto(value: unknown): EncodedValue {
  // Copied, because a retry sends it again when the caller may have gone on to use the array.
  if (value instanceof Uint8Array) return { data: Uint8Array.from(value), encoding: "bytes" };
  if (typeof value === "string") {
    if (!isWellFormed(value))
      throw new TypeError("the string has a lone surrogate, which UTF-8 cannot carry");
    return { data: Buffer.from(value, "utf8"), encoding: "text" };
  }
  if (value === undefined || typeof value === "function" || typeof value === "symbol") {
    throw new TypeError(`${typeof value} is no value; to remove a key, delete it`);
  }
  const misfit = valueFault(value);
  if (misfit !== undefined) throw new TypeError(misfit);
  const data = packr.pack(value);
  const fault = msgpackFault(data);
  if (fault !== undefined) throw new TypeError(`it could not be read back: ${fault}`);
  return { data, encoding: "msgpack" };
}

/** `any` comes from the decoder's own signature: the caller vouches for `T`, as the codec's docstring says. */
function decodeAuto({ data, encoding }: EncodedValue): ReturnType<typeof packr.unpack> {
  switch (encoding) {
    case "bytes":
      return plainBytes(data);
    case "text":
      return decodeText(data);
    case "json":
      return JSON.parse(decodeText(data));
    case "msgpack": {
      const fault = msgpackFault(data);
      if (fault !== undefined) throw new TypeError(`not one sound MessagePack value: ${fault}`);
      return packr.unpack(plainBytes(data));
    }
  }
}

/** Without the methods of a Buffer, so that what is read is what was written. */
export function plainBytes(data: Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws TypeError for what is not UTF-8. */
export function decodeText(data: Uint8Array): string {
  return utf8.decode(data);
}

/** Encodes for a put; a codec that throws becomes INVALID_ARGUMENT. */
export function encodeValue<T>(codec: Codec<T>, value: T, bucket: string): EncodedValue {
  try {
    const encoded = codec.encode(value);
    if (encoded.data instanceof Uint8Array && ENCODINGS.includes(encoded.encoding)) return encoded;
    throw new TypeError(`its codec must return { data: Uint8Array, encoding: ${ENCODINGS.join(" or ")} }`);
  } catch (cause) {
    throw AtollError.invalid(
      "value",
      `the value for bucket "${bucket}" cannot be encoded: ${reasonOf(cause)}`,
      cause,
    );
  }
}

/** Decodes what was read; a codec that throws becomes DATA_LOSS, which names the bucket and the key. */
export function decodeValue<T>(codec: Codec<T>, stored: EncodedValue, site: Site): T {
  try {
    return codec.decode(stored);
  } catch (cause) {
    throw new AtollError({
      code: "DATA_LOSS",
      reason: undefined,
      message:
        `the value of ${siteText(site)} cannot be decoded as ${stored.encoding}: ${reasonOf(cause)}; ` +
        "read it with the codec it was written with, or write it anew",
      metadata: { ...siteMetadata(site), encoding: stored.encoding },
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
