/** What the verbs that read or change one key have in common: options, sessions, and how results are shown. */
import { type Command, InvalidArgumentError } from "commander";
import type { Buckets, LastingOptions, UpdateOptions, WithExpiry, WriteResult } from "../client/index.js";
import { addBucketOptions, type BucketOptions } from "./client-options.js";
import { withClient } from "./client-session.js";
import { EXIT, printDocument } from "./failure.js";
import { addTtlOption, type LifetimeOptions, lifetimeOf } from "./lifetime.js";

export interface DataOptions extends BucketOptions {
  /** A token, or `new`. */
  readonly session?: string;
}

export interface WriteOptions extends DataOptions {
  readonly sloppy?: boolean;
}

/** Of a verb that puts something there. */
export type LastingFlags = WriteOptions & LifetimeOptions;

/** What came of one operation. */
interface Shown {
  /** With `--json`. */
  readonly document: object;
  /** Without: as it goes to stdout. */
  readonly text: string | Uint8Array;
  /** Nothing was found: exit code 3, and this on stderr. */
  readonly missing?: string | undefined;
}

/** The argument that all of these verbs begin with. */
export const KEY = ["<KEY>", "the key, as text"] as const;

const NEW_SESSION = "new";

export function addSessionOption(command: Command): Command {
  return command.option(
    "--session <TOKEN>",
    `read nothing older than this session saw; "${NEW_SESSION}" begins one. Its token is in the document (session), or on stderr`,
  );
}

export function addSloppyOption(command: Command): Command {
  return command.option(
    "--sloppy",
    "where too few replicas are alive, let other nodes hold copies for them; reads may miss it until those are home",
  );
}

/** A verb under a data type's name: its arguments follow, and its action. */
export function readVerb(parent: Command, name: string, description: string): Command {
  return addSessionOption(addBucketOptions(parent.command(name).description(description)));
}

export function writeVerb(parent: Command, name: string, description: string): Command {
  return addSloppyOption(readVerb(parent, name, description));
}

/** One that puts something there. */
export function lastingVerb(parent: Command, name: string, description: string): Command {
  return addTtlOption(writeVerb(parent, name, description));
}

export function updateOptions({ sloppy = false }: WriteOptions): UpdateOptions {
  return { sloppy };
}

export function lastingOptions(options: LastingFlags): LastingOptions {
  return { ...updateOptions(options), ...lifetimeOf(options) };
}

/** Runs one operation, in the session that the options name, and shows what came of it. */
export async function perform(
  options: DataOptions,
  work: (buckets: Buckets) => Promise<Shown>,
): Promise<void> {
  const { shown, token } = await withClient(options, async (client) => {
    if (options.session === undefined) return { shown: await work(client), token: undefined };
    const session = client.session(options.session === NEW_SESSION ? undefined : options.session);
    return { shown: await work(session), token: session.token };
  });
  const { document, missing, text } = shown;
  if (options.json === true) {
    printDocument(token === undefined ? document : { ...document, session: token });
  } else {
    process.stdout.write(text);
    if (missing !== undefined) process.stderr.write(`${missing}\n`);
    if (token !== undefined) process.stderr.write(`session: ${token}\n`);
  }
  if (missing !== undefined) process.exitCode = EXIT.notFound;
}

/** @param done what was done, as in "written" */
export function shownWrite(done: string, { acksReceived, fallbackAcks, hlc }: WriteResult): Shown {
  const replicas = acksReceived === 1 ? "1 replica" : `${acksReceived} replicas`;
  const held = fallbackAcks === 0 ? "" : `, and held for ${fallbackAcks} that are away`;
  return {
    document: { hlc: hlc.toString(), acksReceived, fallbackAcks },
    text: `${done}, on disk at ${replicas}${held}\n`,
  };
}

/** With --json: {value, expiresAt}. */
export function shownWithExpiry({ value, expiresAt }: WithExpiry<number | boolean>): Shown {
  return { document: { value, expiresAt: expiryText(expiresAt) }, text: `${value}\n` };
}

/** As JSON has it; null: never. */
export function expiryText(expiresAt: Date | undefined): string | null {
  return expiresAt?.toISOString() ?? null;
}

/** With --json: {value}. */
export function shownValue(value: number | boolean): Shown {
  return { document: { value }, text: `${value}\n` };
}

export function parseAmount(text: string): number {
  const amount = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(amount)) return amount;
  throw new InvalidArgumentError("Use a whole number from -(2^53 - 1) to 2^53 - 1.");
}
