/** `atoll watch`: the changes of a bucket as they come, until it is told to stop. */
import { once } from "node:events";
import { Argument, Command, InvalidArgumentError } from "commander";
import {
  type AtollClient,
  AtollError,
  type Change,
  type GoneEntry,
  type MapEntry,
  type MapShown,
  type Watch,
  type WatchOptions,
} from "../client/index.js";
import { addRoutingOptions, type RoutingOptions } from "./client-options.js";
import { failureOf, withClient } from "./client-session.js";
import { beginDocument } from "./failure.js";
import { showValue, textOrBytes, toJson } from "./json-value.js";
import { formatPath } from "./map-path-text.js";
import { stopOnSignals } from "./stop-on-signals.js";

const TYPES = ["register", "multi", "counter", "flag", "set", "map"] as const;

interface WatchFlags extends RoutingOptions {
  readonly prefix?: string;
  readonly key?: string;
  readonly since?: string;
  readonly existing?: boolean;
  readonly for?: number;
  readonly limit?: number;
}

const HELP = `
One change a line: put or deleted, the key, and what it now holds, with tabs between; of a set the member, of a map the
path of the leaf and what is there. Several writes in a row may show as one change. The token to go on from with --since
is on stderr at the end.
With --json: one document a line. A change is {kind, key, initial, hlc, dots}, and beside these of a register {value,
context}, of a multi {values, context}, of a counter or a flag {value}, of a set {member}, of a map {path, type} with
{value} or {member}. The last line is {token}, or of a watch that failed its {error}.`;

export function watchCommand(): Command {
  const command = new Command("watch")
    .description("Follow the changes of a bucket as they become visible in the region.")
    .addArgument(new Argument("<TYPE>", "of what type the bucket is").choices(TYPES))
    .argument("<BUCKET>", "the bucket")
    .option(
      "--prefix <TEXT>",
      "only keys that begin with this; with a whole {tag} in it, one partition is followed",
    )
    .option("--key <KEY>", "only this key")
    .option("--since <TOKEN>", "go on where an earlier watch of the same keys ended")
    .option("--existing", "first what is there, then what changes, with no gap in between")
    .option(
      "--for <TIME>",
      "stop after so long: 500ms, 30s, 5m, 1h (default: until it is interrupted)",
      parseTimeMs,
    )
    .option("--limit <N>", "stop after so many changes", parseLimit)
    .addHelpText("after", HELP);
  return addRoutingOptions(command).action(
    (type: (typeof TYPES)[number], bucket: string, flags: WatchFlags) =>
      withClient(flags, (client) => show(openWatch(client, type, bucket, optionsOf(flags)), flags)),
  );
}

/** What of a change depends on the type of its bucket. */
interface Shown {
  /** With `--json`. */
  readonly document: object;
  /** Without: what is put, in columns. */
  readonly columns: readonly string[];
}

type AnyChange = Change<{ readonly kind: "put" | "deleted" }, Uint8Array>;

interface Opened {
  readonly watch: Pick<Watch<unknown>, "ready" | "return" | "token">;
  readonly changes: AsyncIterable<{ readonly change: AnyChange; readonly shown: Shown }>;
}

function openWatch(
  client: AtollClient,
  type: (typeof TYPES)[number],
  bucket: string,
  given: WatchOptions,
): Opened {
  const options = { ...given, keys: "bytes" } as const;
  switch (type) {
    case "register":
      return opened(client.register(bucket).watch(options), ({ context, kind, value }) => ({
        document: { value: toJson(value), context: base64(context) },
        columns: kind === "put" ? [showValue(value)] : [],
      }));
    case "multi":
      return opened(client.multi(bucket).watch(options), ({ context, values }) => ({
        document: { values: values.map(toJson), context: base64(context) },
        columns: values.map(showValue),
      }));
    case "counter":
      return opened(client.counter(bucket).watch(options), valueShown);
    case "flag":
      return opened(client.flag(bucket).watch(options), valueShown);
    case "set":
      return opened(client.set(bucket, { members: "bytes" }).watch(options), ({ member }) => {
        const shown = textOrBytes(member);
        return { document: { member: toJson(shown) }, columns: [showValue(shown)] };
      });
    case "map":
      return opened(client.map(bucket).watch(options), leafShown);
  }
}

function opened<Item extends AnyChange>(watch: Watch<Item>, shownOf: (change: Item) => Shown): Opened {
  return { watch, changes: mapped(watch, shownOf) };
}

async function* mapped<Item extends AnyChange>(
  watch: Watch<Item>,
  shownOf: (change: Item) => Shown,
): AsyncGenerator<{ change: Item; shown: Shown }> {
  for await (const change of watch) yield { change, shown: shownOf(change) };
}

function valueShown({ kind, value }: { readonly kind: string; readonly value: number | boolean }): Shown {
  return { document: { value }, columns: kind === "put" ? [`${value}`] : [] };
}

function leafShown({ entry }: MapShown): Shown {
  const { path, type } = entry;
  const held = heldIn(entry);
  return {
    document: { path, type, ...held },
    columns: [formatPath(path), ...Object.values(held).map((value) => showValue(value))],
  };
}

function heldIn(entry: MapEntry | GoneEntry): { readonly value?: unknown; readonly member?: unknown } {
  if ("value" in entry) return { value: toJson(entry.value) };
  return "member" in entry ? { member: toJson(entry.member) } : {};
}

/** Lines go out as changes come, no faster than they are read. */
async function show({ changes, watch }: Opened, flags: WatchFlags): Promise<void> {
  const isJson = flags.json === true;
  const signals = stopOnSignals(process, () => watch.return().then(() => undefined));
  const end = (): void => void watch.return();
  // Whoever reads has gone, as `head` does.
  process.stdout.once("error", end);
  let timer: NodeJS.Timeout | undefined;
  try {
    await watch.ready();
    if (flags.for !== undefined) timer = setTimeout(end, flags.for);
    let left = flags.limit ?? Number.POSITIVE_INFINITY;
    for await (const { change, shown } of changes) {
      if (isJson) beginDocument();
      await print(isJson ? documentOf(change, shown) : lineOf(change, shown));
      left -= 1;
      if (left === 0) break;
    }
    const { token } = watch;
    if (isJson) beginDocument();
    if (isJson) await print(`${JSON.stringify({ token: token ?? null })}\n`);
    else if (token !== undefined) process.stderr.write(`token: ${token}\n`);
  } catch (thrown) {
    const error = AtollError.from(thrown);
    if (isJson) beginDocument();
    if (isJson) await print(`${JSON.stringify(failureOf(error).document)}\n`);
    throw error;
  } finally {
    clearTimeout(timer);
    signals.close();
    process.stdout.off("error", end);
    await watch.return();
  }
}

async function print(line: string): Promise<void> {
  if (process.stdout.destroyed || process.stdout.write(line)) return;
  await Promise.race([once(process.stdout, "drain"), once(process.stdout, "close")]);
}

function documentOf({ dots, hlc, initial, key, kind }: AnyChange, { document }: Shown): string {
  const named = { kind, key: toJson(textOrBytes(key)), ...document, initial, hlc: hlc.toString(), dots };
  return `${JSON.stringify(named)}\n`;
}

function lineOf({ key, kind }: AnyChange, { columns }: Shown): string {
  return `${[kind, showValue(textOrBytes(key)), ...columns].join("\t")}\n`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function optionsOf({ existing, key, prefix, since }: WatchFlags): WatchOptions {
  return {
    ...(prefix === undefined ? {} : { prefix }),
    ...(key === undefined ? {} : { key }),
    ...(since === undefined ? {} : { since }),
    ...(existing === undefined ? {} : { withExisting: existing }),
  };
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const TIME_MS_MAX = 2 ** 31 - 1;

function parseTimeMs(text: string): number {
  const [, digits, unit = ""] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const timeMs = Number(digits) * (UNITS_MS[unit] ?? Number.NaN);
  if (timeMs >= 1 && timeMs <= TIME_MS_MAX) return timeMs;
  throw new InvalidArgumentError(
    "Use a whole number with its unit, like 500ms, 30s, 5m or 1h; up to 24 days.",
  );
}

function parseLimit(text: string): number {
  const limit = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (limit >= 1) return limit;
  throw new InvalidArgumentError("Use a whole number from 1.");
}
