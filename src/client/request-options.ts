/** How requests are asked, in the messages of the wire. */
import type { kv } from "../wire/index.js";
import type { CallTerms } from "./dispatcher.js";

const NOTHING = Buffer.alloc(0);

export function readOptions({ clusterId, consistency, session }: CallTerms): kv.RequestOptions {
  return {
    clusterId,
    consistency: consistency.message ?? null,
    sessionToken: session?.token ?? NOTHING,
  };
}

export function writeOptions(terms: CallTerms, requestId: Buffer, isRetry: boolean): kv.RequestOptions {
  return { ...readOptions(terms), requestId, isRetry, isSloppy: terms.isSloppy };
}
