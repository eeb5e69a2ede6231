import { AtollError } from "./atoll-error.js";
import { isWellFormed } from "./value-codec.js";

/** Keys are bytes; a string stands for its UTF-8. A non-empty `{tag}` inside makes only the tag count for placement. */
export type Key = string | Uint8Array;

/** What of a scan is a key, or the beginning of one. */
type ScanBound = "prefix" | "start" | "end";

/**
 * @param what it is, for errors
 * @throws AtollError INVALID_ARGUMENT for an empty one, or a string that UTF-8 cannot carry.
 */
export function keyBytes(key: Key, what: "key" | "member" | "path" | ScanBound = "key"): Buffer {
  if (typeof key === "string") {
    if (!isWellFormed(key)) {
      throw AtollError.invalid(
        what,
        `the ${what} has a lone surrogate, which UTF-8 cannot carry: use well-formed text or bytes`,
      );
    }
    return notEmpty(Buffer.from(key, "utf8"), what);
  }
  if (key instanceof Uint8Array) return notEmpty(Buffer.from(key), what);
  throw AtollError.invalid(
    what,
    `the ${what} is ${key === null ? "null" : `a ${typeof key}`}: use a string or a Uint8Array`,
  );
}

function notEmpty(bytes: Buffer, what: string): Buffer {
  if (bytes.length > 0) return bytes;
  throw AtollError.invalid(what, `the ${what} is empty: it needs at least one byte`);
}

const BUCKET_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** @throws AtollError INVALID_ARGUMENT that says what a bucket's name may be. */
export function checkBucket(bucket: string): string {
  if (BUCKET_NAME.test(bucket)) return bucket;
  throw AtollError.invalid(
    "bucket",
    `bucket ${JSON.stringify(bucket)} is no name: use 1 to 64 characters of A-Z a-z 0-9 . _ -`,
  );
}

/** How an error names a key. */
function keyText(key: Key): string {
  const text = typeof key === "string" ? key : `0x${Buffer.from(key).toString("hex")}`;
  return text.length <= 128 ? text : `${text.slice(0, 128)}…`;
}

/** What an error about something that was read names. */
export interface Site {
  readonly bucket: string;
  readonly key: Key;
  /** Of a map: where in it. */
  readonly path?: readonly Uint8Array[];
}

export function siteText({ bucket, key, path = [] }: Site): string {
  const inside = path.length === 0 ? "" : ` at ${pathText(path)}`;
  return `key "${keyText(key)}"${inside} in bucket "${bucket}"`;
}

export function siteMetadata({ bucket, key, path = [] }: Site): Readonly<Record<string, string>> {
  return { bucket, key: keyText(key), ...(path.length === 0 ? {} : { path: pathText(path) }) };
}

function pathText(path: readonly Uint8Array[]): string {
  return keyText(path.map((step) => Buffer.from(step).toString()).join("/"));
}
