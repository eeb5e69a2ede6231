/** `atoll admin conflicts`: what last-write-wins discarded on a node, in the buckets that keep a conflict log. */
import { Command, InvalidArgumentError } from "commander";
import type { Conflict } from "../client/index.js";
import { addEndpointOptions, type EndpointOptions, singleEndpointOf } from "./client-options.js";
import { withAdmin } from "./client-session.js";
import { conflictDocument, conflictsText } from "./conflict-text.js";
import { printDocument } from "./failure.js";

/** What fits on a screen or two; they are collected before the table is drawn. */
const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000_000;

interface ConflictFlags extends EndpointOptions {
  readonly bucket?: string;
  readonly prefix?: string;
  readonly limit: number;
  readonly values?: boolean;
}

const HELP = `
Two writes of a register are in conflict when neither knew the other; the one with the higher stamp is kept. A node logs what
it discards itself, in buckets with "conflict_log: true" in its configuration, and forgets the oldest: ask a node in each
region. Values are left out unless --values asks for them; of a large one the node has the first 16 KiB.
With --json: {conflicts: [{bucket, key, path, notedAt, kept, discarded}]}, where kept and discarded are {region, dot, hlc,
writtenAt, logical, deleted, sizeBytes}, with --values also {encoding, value}; value is null of a delete, and {"$bytes":
"<base64>"} where it was cut off. path is of a register inside a map.`;

export function conflictsCommand(): Command {
  return addEndpointOptions(
    new Command("conflicts")
      .description("what last-write-wins discarded on a node, newest first")
      .option("--bucket <B>", "only of this bucket")
      .option("--prefix <TEXT>", "only of keys that begin with this")
      .option("--limit <N>", "at most so many", parseLimit, LIMIT_DEFAULT)
      .option("--values", "show the values, too"),
  )
    .addHelpText("after", HELP)
    .action(async (flags: ConflictFlags) => {
      const conflicts = await collect(flags);
      if (flags.json === true) printDocument({ conflicts: conflicts.map(conflictDocument) });
      else process.stdout.write(`${conflictsText(conflicts)}\n`);
    });
}

function collect(flags: ConflictFlags): Promise<readonly Conflict[]> {
  const { bucket, limit, prefix, timeout: timeoutMs, values = false } = flags;
  return withAdmin(singleEndpointOf(flags), flags, async (admin) => {
    const conflicts: Conflict[] = [];
    const selection = {
      limit,
      values,
      timeoutMs,
      ...(bucket === undefined ? {} : { bucket }),
      ...(prefix === undefined ? {} : { prefix }),
    };
    for await (const conflict of admin.conflicts(selection)) conflicts.push(conflict);
    return conflicts;
  });
}

function parseLimit(text: string): number {
  const limit = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new InvalidArgumentError(`Use a whole number from 1 to ${LIMIT_MAX}.`);
}
