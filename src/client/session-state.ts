/**
 * What a session has seen, as its token says it. Calls of one session may be under way at once: each goes out with the
 * token of its start and comes back with one of its own, and the session has to end up with what all of them saw. The
 * server drops from a token what every replica holds, so tokens are not simply joined, which would make them grow for
 * ever: of each partition the newer of two versions is taken, and only where both changed it are they joined.
 */
import { VersionVector } from "../causality/index.js";
import { CodecError, clusterOfSession, decodeSession, encodeSession } from "../codec/index.js";
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";

/** A session as one call of it knows it. */
export interface SessionCall {
  /** What the call goes out with. */
  readonly token: Buffer;
  /** Takes what the answer to it says was seen. @throws AtollError INTERNAL for a token that cannot be read */
  readonly saw: (header: kv.ReplyHeader__Output | null, isWrite: boolean) => void;
}

const NOTHING_SEEN = encodeSession(new Map(), 0);
/** A header that no token of a session should bring a server near: far beyond what a thousand partitions need. */
const TOKEN_BYTES_MAX = 32 * 1024;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

export class SessionState {
  #token: Buffer;

  /**
   * @param token of this session in another process; undefined: a new one
   * @throws AtollError INVALID_ARGUMENT for what no session gave out
   */
  constructor(token: string | undefined) {
    this.#token = token === undefined ? NOTHING_SEEN : parseToken(token);
  }

  /** As base64url. */
  get text(): string {
    return this.#token.toString("base64url");
  }

  begin(): SessionCall {
    const token = this.#token;
    return {
      token,
      saw: (header, isWrite) => {
        const replied = header?.sessionToken;
        if (replied === undefined || !isToken(replied)) throw unreadable(isWrite);
        this.#token = this.#token.equals(token) ? replied : merged(token, this.#token, replied);
      },
    };
  }
}

/** Of two versions of what a session has seen, both made from `base`: what they say together. */
function merged(base: Buffer, mine: Buffer, theirs: Buffer): Buffer {
  const [before, ours, others] = [decodeSession(base), decodeSession(mine), decodeSession(theirs)];
  for (const partition of new Set([...before.keys(), ...others.keys()])) {
    const was = before.get(partition) ?? NO_DOTS;
    const our = ours.get(partition) ?? NO_DOTS;
    const other = others.get(partition) ?? NO_DOTS;
    if (other.equals(was)) continue;
    const joined = other.copy();
    if (!our.equals(was)) joined.join(our);
    ours.set(partition, joined);
  }
  return encodeSession(ours, clusterOfSession(theirs) ?? clusterOfSession(mine) ?? 0);
}

const NO_DOTS = new VersionVector();

/** A session that went on without what this call saw would break its promises silently. */
function unreadable(isWrite: boolean): AtollError {
  return new AtollError({
    code: "INTERNAL",
    reason: undefined,
    message: "the node answered a call of a session without a token that can be read: begin a new session",
    maybeApplied: isWrite,
  });
}

function parseToken(text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (BASE64URL.test(text) && bytes.length <= TOKEN_BYTES_MAX && isToken(bytes)) return bytes;
  throw AtollError.invalid(
    "token",
    "the session token is not one that a session gave out: begin a new session, without one",
  );
}

function isToken(bytes: Buffer): boolean {
  try {
    decodeSession(bytes);
    return true;
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}
