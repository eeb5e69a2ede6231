/** `atoll get`, `put` and `delete`: one key at a time. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { PutOptions } from "../client/index.js";
import { addClusterOptions, type ClusterOptions } from "./client-options.js";
import {
  addSessionOption,
  addSloppyOption,
  type DataOptions,
  expiryText,
  lastingOptions,
  perform,
  shownWrite,
  type WriteOptions,
} from "./data-command.js";
import { parseBase64, showValue, toJson } from "./json-value.js";
import { addTtlOption, type LifetimeOptions } from "./lifetime.js";
import { openBucket, type ValueRead } from "./value-bucket.js";
import { readValue, type ValueOptions } from "./value-source.js";

const CONTEXT_OPTION = [
  "--context <BASE64>",
  "from `get --json`: replace what that read saw, nothing newer",
] as const;

type ReadFlags = ClusterOptions & DataOptions;

interface WriteFlags extends ClusterOptions, WriteOptions {
  readonly context?: Uint8Array;
}

interface PutFlags extends WriteFlags, ValueOptions, LifetimeOptions {
  readonly ifAbsent?: boolean;
  readonly ifContext?: Uint8Array;
}

const VALUES_AS_JSON = `
With --json: {found, value, values, context, hlc, expiresAt}. Bytes are {"$bytes": "<base64>"}; what else JSON cannot say is
marked so too: $bigint, $date, $number.`;

export function getCommand(): Command {
  const command = new Command("get")
    .description("Read a key and print its value, or each of its values. Exits with 3 when it is not found.")
    .argument("<KEY>", "the key, as text")
    .addHelpText("after", VALUES_AS_JSON);
  return addSessionOption(addClusterOptions(command)).action((key: string, options: ReadFlags) =>
    perform(options, async (buckets) => {
      const read = await openBucket(buckets, options.type, options.bucket).get(key);
      const missing = read.values.length > 0 ? undefined : `${JSON.stringify(key)} is not found`;
      return { document: readDocument(read), text: valuesText(read.values), missing };
    }),
  );
}

const CONDITIONS_HELP = `
Where the condition of --if-absent or --if-context does not hold, nothing is written and the exit code is 1
(CONDITION_FAILED). It is no lock: of two puts at once both may find it to hold.`;

export function putCommand(): Command {
  const command = new Command("put")
    .description("Write a key. Without VALUE and --file, the value is read from stdin, as text.")
    .argument("<KEY>", "the key, as text")
    .argument("[VALUE]", "the value, as text")
    .option("--json-value", "the value is JSON, and stored as the structure that it describes")
    .option("--file <PATH>", "the value is what this file holds, as bytes; - is stdin")
    .option(...CONTEXT_OPTION, parseContext)
    .addOption(new Option("--if-absent", "only if the key holds nothing").conflicts(["context", "ifContext"]))
    .addOption(
      new Option(
        "--if-context <BASE64>",
        "from `get --json`: only if nothing is newer than what that read saw",
      )
        .argParser(parseContext)
        .conflicts("context"),
    )
    .addHelpText("after", CONDITIONS_HELP);
  return addTtlOption(addSloppyOption(addSessionOption(addClusterOptions(command)))).action(
    async (key: string, text: string | undefined, options: PutFlags) => {
      const value = await readValue(text, options);
      await perform(options, async (buckets) => {
        const bucket = openBucket(buckets, options.type, options.bucket);
        const result = await bucket.put(key, value, putOptions(options));
        const { document, ...shown } = shownWrite("written", result);
        return { ...shown, document: { ...document, context: toBase64(result.context) } };
      });
    },
  );
}

export function deleteCommand(): Command {
  const command = new Command("delete")
    .description("Delete a key. Deleting what is not there succeeds.")
    .argument("<KEY>", "the key, as text")
    .option(...CONTEXT_OPTION, parseContext);
  return addSloppyOption(addSessionOption(addClusterOptions(command))).action(
    (key: string, options: WriteFlags) =>
      perform(options, async (buckets) => {
        const bucket = openBucket(buckets, options.type, options.bucket);
        return shownWrite("deleted", await bucket.delete(key, putOptions(options)));
      }),
  );
}

/** `value` is the only or the first of `values`; null when nothing is found. */
export function readDocument({ values, context, expiresAt, hlc }: ValueRead): object {
  const all = values.map(toJson);
  return {
    found: all.length > 0,
    value: all[0] ?? null,
    values: all,
    context: toBase64(context),
    hlc: hlc.toString(),
    expiresAt: expiryText(expiresAt),
  };
}

/** A single value of bytes goes out as it is, so that it can be sent into a file; not to a terminal, though. */
function valuesText(values: readonly unknown[]): string | Uint8Array {
  const [only, ...more] = values;
  if (only instanceof Uint8Array && more.length === 0 && !process.stdout.isTTY) return only;
  return values.map((value) => `${showValue(value)}\n`).join("");
}

function putOptions(flags: PutFlags): PutOptions {
  const { context, ifAbsent, ifContext } = flags;
  return {
    ...lastingOptions(flags),
    ...(context === undefined ? {} : { context }),
    ...(ifAbsent === undefined ? {} : { ifAbsent }),
    ...(ifContext === undefined ? {} : { ifUnchanged: ifContext }),
  };
}

function parseContext(text: string): Uint8Array {
  const context = parseBase64(text);
  if (context !== undefined && context.length > 0) return context;
  throw new InvalidArgumentError("It is not base64.");
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
