/** Whole values of registers and multis, whichever way they came: alone or in a batch, as a call or on a pipeline. */
import type { kv } from "../wire/index.js";
import type { AddressedKey } from "./addresses.js";
import { AtollError } from "./atoll-error.js";
import type { CallTerms } from "./dispatcher.js";
import { checkTtl, NEVER_EXPIRES, type PutOptions } from "./settings.js";
import type { EncodedValue, Encoding } from "./value-codec.js";

/** A value as a node shows it. */
export interface ShownValue extends EncodedValue {
  /** The stamp of its write. */
  readonly hlc: bigint;
  /** Milliseconds since 1970; 0: never. */
  readonly expiresAtMs: number;
}

export interface ValueGet {
  readonly address: AddressedKey;
  readonly terms: CallTerms;
}

/** What there is under a key. */
export interface ValueRead {
  readonly header: kv.ReplyHeader__Output | null;
  /** Of a multi, that with the highest stamp first. Empty: not found. */
  readonly values: readonly ShownValue[];
  readonly context: Buffer;
}

/** What a put does beside its value. */
interface PutTerms {
  /** What it replaces; empty: whatever is there, or nothing of a multi. */
  readonly context: Uint8Array;
  readonly condition: "absent" | "unchanged" | undefined;
  /** 0: the server's choice. */
  readonly ttlMs: number | "never";
}

export interface ValuePut extends PutTerms {
  readonly address: AddressedKey;
  readonly terms: CallTerms;
  readonly value: EncodedValue;
  readonly requestId: Buffer;
  readonly isRetry: boolean;
}

/** What a put did. */
export interface ValueWritten {
  readonly header: kv.ReplyHeader__Output | null;
  readonly hlc: bigint;
  readonly context: Buffer;
  readonly acksReceived: number;
  readonly fallbackAcks: number;
}

const NOTHING = Buffer.alloc(0);

/**
 * Of a read, as it gave it. Kept as text in between it has to be bytes again: nothing that looks like a context and is none
 * may pass for "no context", which replaces all there is.
 * @throws AtollError INVALID_ARGUMENT that names the option
 */
export function checkContext(option: "context" | "ifUnchanged", context: unknown): Uint8Array {
  if (context instanceof Uint8Array) return context;
  throw AtollError.invalid(
    option,
    `${option} is ${context === null ? "null" : `of type ${typeof context}`}: give it the bytes (a Uint8Array) that a read gave; of one that was kept as base64, Buffer.from(text, "base64")`,
  );
}

/** @throws AtollError INVALID_ARGUMENT that names the option */
export function checkPutTerms(options: PutOptions): PutTerms {
  const { ifAbsent = false } = options;
  const context = options.context === undefined ? NOTHING : checkContext("context", options.context);
  const ifUnchanged =
    options.ifUnchanged === undefined ? undefined : checkContext("ifUnchanged", options.ifUnchanged);
  const ttlMs = checkTtl(options);
  if (ifUnchanged === undefined) return { context, condition: ifAbsent ? "absent" : undefined, ttlMs };
  if (options.context !== undefined || ifAbsent)
    throw AtollError.invalid(
      "ifUnchanged",
      "ifUnchanged says by itself what the put replaces: give it without context and ifAbsent",
    );
  if (ifUnchanged.length === 0)
    throw AtollError.invalid("ifUnchanged", "ifUnchanged is empty: give it the context of a read");
  return { context: ifUnchanged, condition: "unchanged", ttlMs };
}

export function wirePutTerms({
  condition,
  context,
  ttlMs,
}: PutTerms): Pick<kv.PutRequest, "context" | "ifAbsent" | "ifContext" | "ttlMs"> {
  return {
    context,
    ifAbsent: condition === "absent",
    ifContext: condition === "unchanged",
    ttlMs: wireTtl(ttlMs),
  };
}

export function wireTtl(ttlMs: number | "never"): number | string {
  return ttlMs === "never" ? NEVER_EXPIRES : ttlMs;
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

export function shownValue({ data, encoding, expiresAtMs, hlc }: kv.Value__Output): ShownValue {
  return { data, encoding: encodingOf(encoding), hlc: BigInt(hlc), expiresAtMs: Number(expiresAtMs) };
}

/** An encoding that only a newer server knows reads as bytes, which is what every value is. */
function encodingOf(wire: kv.ValueEncoding__Output): Encoding {
  switch (wire) {
    case "VALUE_ENCODING_TEXT":
      return "text";
    case "VALUE_ENCODING_MSGPACK":
      return "msgpack";
    case "VALUE_ENCODING_JSON":
      return "json";
    default:
      return "bytes";
  }
}

export function valueRead({ context, header, values }: kv.GetResponse__Output): ValueRead {
  return { header, context, values: values.map(shownValue) };
}

export function valueWritten({ hlc, ...written }: kv.PutResponse__Output): ValueWritten {
  return { ...written, hlc: BigInt(hlc) };
}

/** When something expires, from milliseconds as a value or the wire has them; undefined: never. */
export function expiryOf(expiresAtMs: number | string): Date | undefined {
  return Number(expiresAtMs) === 0 ? undefined : new Date(Number(expiresAtMs));
}

/** When the last of the values does; undefined: one never does, or there is none. */
export function lastExpiryOf(values: readonly ShownValue[]): Date | undefined {
  const endsMs = values.map(({ expiresAtMs }) => expiresAtMs);
  return endsMs.length === 0 || endsMs.includes(0) ? undefined : new Date(Math.max(...endsMs));
}
