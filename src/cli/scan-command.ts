/** `atoll scan`: the keys of a bucket in order, with what they hold; written out as they come. */
import { pipeline } from "node:stream/promises";
import { Argument, Command, InvalidArgumentError } from "commander";
import {
  type AtollClient,
  AtollError,
  type CounterRow,
  type Keyed,
  type Scan,
  type ScanOptions,
} from "../client/index.js";
import { addRoutingOptions, type RoutingOptions } from "./client-options.js";
import { failureOf, withClient } from "./client-session.js";
import { expiryText } from "./data-command.js";
import { beginDocument } from "./failure.js";
import { showValue, textOrBytes, toJson } from "./json-value.js";

const TYPES = ["register", "multi", "counter", "flag", "set", "map"] as const;

interface ScanFlags extends RoutingOptions {
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  readonly reverse?: boolean;
  readonly keysOnly?: boolean;
  readonly limit?: number;
  readonly pageToken?: string;
}

const HELP = `
One key a line, in the order of its bytes; behind it its value, with a tab between, and of a multi a line for each of its
values. Of flags, those that are on; of flags, sets and maps the keys alone. What the limit left out is gone on with by
--page-token, which is on stderr then.
With --json: {rows, pageToken}, where a row is {key, value, context, hlc, expiresAt}, of a multi {key, values, context,
hlc, expiresAt}, of a counter {key, value, expiresAt}, and else {key}; pageToken is null when there is no more. A scan that fails in the middle ends the
document with its {error}. Keys that are not UTF-8 are shown as {"$bytes": "<base64>"}.`;

export function scanCommand(): Command {
  const command = new Command("scan")
    .description("List the keys of a bucket in order, with their values.")
    .addArgument(new Argument("<TYPE>", "of what type the bucket is").choices(TYPES))
    .argument("<BUCKET>", "the bucket")
    .option(
      "--prefix <TEXT>",
      "only keys that begin with this; with a whole {tag} in it, one partition is read",
    )
    .option("--from <KEY>", "only keys from this one on")
    .option("--to <KEY>", "only keys before this one")
    .option("--reverse", "from the last key to the first")
    .option("--keys-only", "leave the values out")
    .option("--limit <N>", "at most so many keys", parseLimit)
    .option("--page-token <TOKEN>", "go on where an earlier scan with these options ended")
    .addHelpText("after", HELP);
  return addRoutingOptions(command).action((type: (typeof TYPES)[number], bucket: string, flags: ScanFlags) =>
    withClient(flags, (client) => show(openRows(client, type, bucket, flags), flags.json === true)),
  );
}

/** One key, ready to be shown. */
interface ShownRow {
  /** With `--json`. */
  readonly document: object;
  /** Without. */
  readonly lines: string;
}

interface Rows {
  readonly scan: Scan<unknown>;
  readonly shown: AsyncIterable<ShownRow>;
}

function openRows(client: AtollClient, type: (typeof TYPES)[number], bucket: string, flags: ScanFlags): Rows {
  const options = { ...scanOptions(flags), keys: "bytes" } as const;
  if (flags.keysOnly !== true) {
    if (type === "register")
      return rowsOf(client.register(bucket).scan(options), (row) => valuesRow(row, [row.value]));
    if (type === "multi")
      return rowsOf(client.multi(bucket).scan(options), (row) => valuesRow(row, row.values));
    if (type === "counter") return rowsOf(client.counter(bucket).scan(options), counterRow);
  }
  return rowsOf(keyed(client, type, bucket).keys(options), keyRow);
}

function keyed(client: AtollClient, type: (typeof TYPES)[number], bucket: string): Keyed {
  switch (type) {
    case "register":
      return client.register(bucket);
    case "multi":
      return client.multi(bucket);
    case "counter":
      return client.counter(bucket);
    case "flag":
      return client.flag(bucket);
    case "set":
      return client.set(bucket);
    case "map":
      return client.map(bucket);
  }
}

function rowsOf<Row>(scan: Scan<Row>, shownOf: (row: Row) => ShownRow): Rows {
  return { scan, shown: mapped(scan, shownOf) };
}

async function* mapped<Row>(scan: Scan<Row>, shownOf: (row: Row) => ShownRow): AsyncGenerator<ShownRow> {
  for await (const row of scan) yield shownOf(row);
}

function keyRow(bytes: Uint8Array): ShownRow {
  const key = textOrBytes(bytes);
  return { document: { key: toJson(key) }, lines: `${showValue(key)}\n` };
}

function counterRow({ expiresAt, key: bytes, value }: CounterRow<Uint8Array>): ShownRow {
  const key = textOrBytes(bytes);
  return {
    document: { key: toJson(key), value, expiresAt: expiryText(expiresAt) },
    lines: `${showValue(key)}\t${value}\n`,
  };
}

interface ScannedValues {
  readonly key: Uint8Array;
  readonly value?: unknown;
  readonly context: Uint8Array;
  readonly hlc: bigint;
  readonly expiresAt: Date | undefined;
}

function valuesRow(row: ScannedValues, values: readonly unknown[]): ShownRow {
  const key = textOrBytes(row.key);
  const held = "value" in row ? { value: toJson(row.value) } : { values: values.map(toJson) };
  const context = Buffer.from(row.context).toString("base64");
  return {
    document: {
      key: toJson(key),
      ...held,
      context,
      hlc: row.hlc.toString(),
      expiresAt: expiryText(row.expiresAt),
    },
    lines: values.map((value) => `${showValue(key)}\t${showValue(value)}\n`).join(""),
  };
}

/** Rows go out as they come, no faster than they are read; nothing but the page at hand is in memory. */
async function show(rows: Rows, isJson: boolean): Promise<void> {
  let failure: AtollError | undefined;
  const fail = (error: AtollError): void => {
    failure = error;
  };
  await pipeline(isJson ? documentParts(rows, fail) : lines(rows, fail), process.stdout, { end: false });
  const { pageToken } = rows.scan;
  if (!isJson && typeof pageToken === "string") process.stderr.write(`page token: ${pageToken}\n`);
  if (failure !== undefined) throw failure;
}

/** An error that left through the stream would end stdout with what is still to be written. */
async function* lines({ shown }: Rows, fail: (error: AtollError) => void): AsyncGenerator<string> {
  try {
    for await (const row of shown) yield row.lines;
  } catch (thrown) {
    fail(AtollError.from(thrown));
  }
}

/** One document, also of a scan that fails in the middle; one that fails at once leaves it to the failure. */
async function* documentParts(
  { scan, shown }: Rows,
  fail: (error: AtollError) => void,
): AsyncGenerator<string> {
  let rows = 0;
  const end = (more: object): string => {
    const tail = JSON.stringify({ pageToken: scan.pageToken ?? null, ...more });
    return `${rows === 0 ? '{"rows":[' : ""}],${tail.slice(1)}\n`;
  };
  try {
    for await (const { document } of shown) {
      if (rows === 0) beginDocument();
      yield `${rows === 0 ? '{"rows":[' : ","}${JSON.stringify(document)}`;
      rows += 1;
    }
    yield end({});
  } catch (thrown) {
    const error = AtollError.from(thrown);
    fail(error);
    if (rows > 0) yield end(failureOf(error).document);
  }
}

/** The most that the server gives at once. */
const PAGE_SIZE = 1_000;

function scanOptions({ from, limit, pageToken, prefix, reverse, to }: ScanFlags): ScanOptions {
  return {
    pageSize: Math.min(PAGE_SIZE, limit ?? PAGE_SIZE),
    ...(prefix === undefined ? {} : { prefix }),
    ...(from === undefined ? {} : { start: from }),
    ...(to === undefined ? {} : { end: to }),
    ...(reverse === undefined ? {} : { reverse }),
    ...(limit === undefined ? {} : { limit }),
    ...(pageToken === undefined ? {} : { pageToken }),
  };
}

function parseLimit(text: string): number {
  const limit = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit < 2 ** 32) return limit;
  throw new InvalidArgumentError("Use a whole number from 1.");
}
