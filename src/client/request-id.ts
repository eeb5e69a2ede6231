/** The ids under which writes are sent, so that each is applied at most once: chance ones, or made from a caller's name. */
import { createHash, randomBytes } from "node:crypto";
import { AtollError } from "./atoll-error.js";
import type { RequestOptions } from "./settings.js";
import { isWellFormed } from "./value-codec.js";

const REQUEST_ID_BYTES = 16;
const NAME_CHARACTERS_MAX = 256;

/** What the caller calls a write. */
export interface RequestName {
  readonly text: string;
  /** Nobody has sent it before. */
  readonly isFirst: boolean;
}

interface WrittenKey {
  readonly type: string;
  readonly bucket: string;
  readonly key: Buffer;
}

/** Of a write that its caller has not named. */
export function newRequestId(): Buffer {
  return randomBytes(REQUEST_ID_BYTES);
}

/**
 * The key is part of the id: replicas look ids up by partition, where a name that was used for two keys would make the
 * second write look like a retry of the first.
 * @param place of a write in a batch, where one key may be written twice
 */
export function namedRequestId(
  name: RequestName,
  at: WrittenKey,
  place: number | "alone" | "atomic",
): Buffer {
  const parts = [name.text, at.type, at.bucket, at.key.toString("hex"), place];
  return createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, REQUEST_ID_BYTES);
}

/** @throws AtollError INVALID_ARGUMENT that names the option; also for an id that is there and undefined, which names nothing. */
export function checkRequestName(options: RequestOptions): RequestName | undefined {
  const { firstAttempt = false, requestId } = options;
  if (!("requestId" in options)) {
    if (!firstAttempt) return undefined;
    throw AtollError.invalid("firstAttempt", "firstAttempt is of a requestId, and there is none");
  }
  if (typeof requestId !== "string" || requestId.length === 0 || requestId.length > NAME_CHARACTERS_MAX) {
    const given =
      typeof requestId === "string" ? `has ${requestId.length} characters` : `is ${typeof requestId}`;
    throw AtollError.invalid(
      "requestId",
      `requestId ${given}: use a string of 1 to ${NAME_CHARACTERS_MAX}, or leave it out`,
    );
  }
  if (!isWellFormed(requestId))
    throw AtollError.invalid("requestId", "requestId has a lone surrogate: use well-formed text");
  return { text: requestId, isFirst: firstAttempt };
}
