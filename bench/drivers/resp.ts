/** RESP2, the protocol of Redis: requests as arrays of byte strings, and replies one after the other on a stream. */

/** A reply; an error is one of the replies, because the others of the same stream go on. */
export type RespReply = string | number | null | Buffer | RespError | readonly RespReply[];

export class RespError extends Error {
  override readonly name = "RespError";
  /** The first word, as Redis names kinds of errors: `ERR`, `LOADING`, `WRONGTYPE`. */
  readonly reason: string;

  constructor(text: string) {
    super(text);
    this.reason = text.split(" ", 1)[0] ?? "ERR";
  }
}

const CRLF = "\r\n";
/** What a store of ours is asked for is far smaller. */
const REPLY_BYTES_MAX = 64 * 2 ** 20;

export function encodeCommand(parts: readonly (string | Uint8Array)[]): Buffer {
  const chunks: Uint8Array[] = [Buffer.from(`*${parts.length}${CRLF}`)];
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    chunks.push(Buffer.from(`$${bytes.length}${CRLF}`), bytes, Buffer.from(CRLF));
  }
  return Buffer.concat(chunks);
}

/** Cuts a stream into replies, wherever its chunks end. */
export class RespReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The replies that are complete now. @throws Error for bytes that are no RESP2 */
  push(chunk: Buffer): RespReply[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#rest.length > REPLY_BYTES_MAX) throw new Error("a reply is larger than any that was asked for");
    const replies: RespReply[] = [];
    let at = 0;
    for (;;) {
      const read = replyAt(this.#rest, at);
      if (read === undefined) break;
      replies.push(read.reply);
      at = read.end;
    }
    this.#rest = this.#rest.subarray(at);
    return replies;
  }
}

interface Read {
  readonly reply: RespReply;
  readonly end: number;
}

/** Undefined where it is not complete. */
function replyAt(bytes: Buffer, from: number): Read | undefined {
  const lineEnd = bytes.indexOf(CRLF, from, "latin1");
  if (lineEnd === -1) return undefined;
  const line = bytes.toString("utf8", from + 1, lineEnd);
  const end = lineEnd + CRLF.length;
  switch (String.fromCharCode(bytes[from] ?? 0)) {
    case "+":
      return { reply: line, end };
    case "-":
      return { reply: new RespError(line), end };
    case ":":
      return { reply: Number(line), end };
    case "$":
      return bulkAt(bytes, end, lengthOf(line));
    case "*":
      return arrayAt(bytes, end, lengthOf(line));
    default:
      throw new Error(`this is no RESP2: ${JSON.stringify(bytes.toString("latin1", from, from + 20))}`);
  }
}

function bulkAt(bytes: Buffer, from: number, length: number): Read | undefined {
  if (length === -1) return { reply: null, end: from };
  const end = from + length + CRLF.length;
  return bytes.length < end ? undefined : { reply: bytes.subarray(from, from + length), end };
}

function arrayAt(bytes: Buffer, from: number, length: number): Read | undefined {
  if (length === -1) return { reply: null, end: from };
  const replies: RespReply[] = [];
  let at = from;
  while (replies.length < length) {
    const read = replyAt(bytes, at);
    if (read === undefined) return undefined;
    replies.push(read.reply);
    at = read.end;
  }
  return { reply: replies, end: at };
}

function lengthOf(line: string): number {
  const length = Number(line);
  if (Number.isInteger(length) && length >= -1 && length <= REPLY_BYTES_MAX) return length;
  throw new Error(`this is no RESP2: a length of ${JSON.stringify(line)}`);
}
