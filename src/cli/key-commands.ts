/** `atoll get`, `put` and `delete`: one key at a time. */
import { Command, InvalidArgumentError } from "commander";
import type { PutResult, WriteOptions } from "../client/index.js";
import { addClusterOptions, type ClusterOptions } from "./client-options.js";
import { withBucket } from "./client-session.js";
import { EXIT, printDocument } from "./failure.js";
import { parseBase64, showValue, toJson } from "./json-value.js";
import type { ValueRead } from "./value-bucket.js";
import { readValue, type ValueOptions } from "./value-source.js";

const CONTEXT_OPTION = [
  "--context <BASE64>",
  "from `get --json`: replace what that read saw, nothing newer",
] as const;

const SLOPPY_OPTION = [
  "--sloppy",
  "where too few replicas are alive, let other nodes hold copies for them; reads may miss it until those are home",
] as const;

interface WriteFlags extends ClusterOptions {
  readonly context?: Uint8Array;
  readonly sloppy?: boolean;
}

const VALUES_AS_JSON = `
With --json: {found, value, values, context, hlc}. Bytes are {"$bytes": "<base64>"}; what else JSON cannot say is
marked so too: $bigint, $date, $number.`;

export function getCommand(): Command {
  const command = new Command("get")
    .description("Read a key and print its value, or each of its values. Exits with 3 when it is not found.")
    .argument("<KEY>", "the key, as text")
    .addHelpText("after", VALUES_AS_JSON);
  return addClusterOptions(command).action(async (key: string, options: ClusterOptions) => {
    const read = await withBucket(options, (bucket) => bucket.get(key));
    if (options.json === true) printDocument(readDocument(read));
    else printValues(read.values);
    if (read.values.length > 0) return;
    if (options.json !== true) process.stderr.write(`${JSON.stringify(key)} is not found\n`);
    process.exitCode = EXIT.notFound;
  });
}

export function putCommand(): Command {
  const command = new Command("put")
    .description("Write a key. Without VALUE and --file, the value is read from stdin, as text.")
    .argument("<KEY>", "the key, as text")
    .argument("[VALUE]", "the value, as text")
    .option("--json-value", "the value is JSON, and stored as the structure that it describes")
    .option("--file <PATH>", "the value is what this file holds, as bytes; - is stdin")
    .option(...CONTEXT_OPTION, parseContext)
    .option(...SLOPPY_OPTION);
  return addClusterOptions(command).action(
    async (key: string, text: string | undefined, options: WriteFlags & ValueOptions) => {
      const value = await readValue(text, options);
      const { hlc, context, ...acks } = await withBucket(options, (bucket) =>
        bucket.put(key, value, writeOptions(options)),
      );
      const { acksReceived, fallbackAcks } = acks;
      if (options.json === true) {
        printDocument({ hlc: hlc.toString(), context: toBase64(context), acksReceived, fallbackAcks });
      } else {
        process.stdout.write(`written, on disk at ${places(acks)}\n`);
      }
    },
  );
}

export function deleteCommand(): Command {
  const command = new Command("delete")
    .description("Delete a key. Deleting what is not there succeeds.")
    .argument("<KEY>", "the key, as text")
    .option(...CONTEXT_OPTION, parseContext)
    .option(...SLOPPY_OPTION);
  return addClusterOptions(command).action(async (key: string, options: WriteFlags) => {
    const { hlc, acksReceived, fallbackAcks } = await withBucket(options, (bucket) =>
      bucket.delete(key, writeOptions(options)),
    );
    if (options.json === true) printDocument({ hlc: hlc.toString(), acksReceived, fallbackAcks });
    else process.stdout.write(`deleted, on disk at ${places({ acksReceived, fallbackAcks })}\n`);
  });
}

/** `value` is the only or the first of `values`; null when nothing is found. */
export function readDocument({ values, context, hlc }: ValueRead): object {
  const all = values.map(toJson);
  return {
    found: all.length > 0,
    value: all[0] ?? null,
    values: all,
    context: toBase64(context),
    hlc: hlc.toString(),
  };
}

/** A single value of bytes goes out as it is, so that it can be sent into a file; not to a terminal, though. */
function printValues(values: readonly unknown[]): void {
  const [only, ...more] = values;
  if (only instanceof Uint8Array && more.length === 0 && !process.stdout.isTTY) {
    process.stdout.write(only);
    return;
  }
  for (const value of values) process.stdout.write(`${showValue(value)}\n`);
}

function writeOptions({ context, sloppy = false }: WriteFlags): WriteOptions {
  return context === undefined ? { sloppy } : { context, sloppy };
}

function parseContext(text: string): Uint8Array {
  const context = parseBase64(text);
  if (context !== undefined && context.length > 0) return context;
  throw new InvalidArgumentError("It is not base64.");
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function places({ acksReceived, fallbackAcks }: Pick<PutResult, "acksReceived" | "fallbackAcks">): string {
  const replicas = acksReceived === 1 ? "1 replica" : `${acksReceived} replicas`;
  return fallbackAcks === 0 ? replicas : `${replicas}, and held for ${fallbackAcks} that are away`;
}
