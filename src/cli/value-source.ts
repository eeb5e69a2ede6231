/** Where the value of a put comes from: the command line, a file, or stdin. */
import { createReadStream } from "node:fs";
import { parseExactJson } from "./exact-json.js";
import { failed, misused } from "./failure.js";
import { fromJson } from "./json-value.js";

export interface ValueOptions {
  /** Parse it as JSON. */
  readonly jsonValue?: boolean;
  /** A file of bytes; `-` is stdin. */
  readonly file?: string;
}

/** The most that a server can be configured to take, and as much of it as is ever read. */
const VALUE_BYTES_MAX = 64 * 2 ** 20;

export async function readValue(text: string | undefined, options: ValueOptions): Promise<unknown> {
  if (options.file !== undefined) {
    if (text !== undefined) throw misused("give VALUE or --file, not both");
    const bytes = await readBytes(options.file);
    return options.jsonValue === true ? parseJsonValue(decode(bytes)) : bytes;
  }
  const given = text ?? decode(await readBytes("-"));
  return options.jsonValue === true ? parseJsonValue(given) : given;
}

function parseJsonValue(text: string): unknown {
  try {
    return fromJson(parseExactJson(text));
  } catch (error) {
    throw misused(`--json-value: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw misused("the value is not UTF-8 text: store bytes with --file FILE, or --file - for stdin");
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  const isStdin = file === "-";
  if (isStdin && process.stdin.isTTY) process.stderr.write("reading the value; Ctrl-D ends it\n");
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of isStdin ? process.stdin : createReadStream(file)) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > VALUE_BYTES_MAX) break;
    }
  } catch (error) {
    throw failed(`cannot read the value: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (size > VALUE_BYTES_MAX) throw misused(`the value has more than ${VALUE_BYTES_MAX} bytes`);
  return new Uint8Array(Buffer.concat(chunks));
}
