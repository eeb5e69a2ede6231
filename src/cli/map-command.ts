/** `atoll map`: registers, counters, flags and sets by their paths in one key. */
import { Command } from "commander";
import {
  counter,
  flag,
  type MapChange,
  type MapEntry,
  type PathCursor,
  register,
  set,
} from "../client/index.js";
import {
  type DataOptions,
  expiryText,
  KEY,
  type LastingFlags,
  lastingOptions,
  lastingVerb,
  parseAmount,
  perform,
  readVerb,
  shownWrite,
  updateOptions,
  type WriteOptions,
  writeVerb,
} from "./data-command.js";
import { showValue, toJson } from "./json-value.js";
import { formatPath, parsePath } from "./map-path-text.js";
import { readValue, type ValueOptions } from "./value-source.js";

type Path = readonly string[];

const PATH_TEXT = "steps with slashes between them, as in address/city";

const PATH_HELP = `
A path is steps with slashes between them. A slash inside a step is written \\/, and a backslash \\\\.
A path may be of several types at once: each verb is about the one that it names.`;

const GET_HELP = `
One leaf a line: path, type and value, with tabs between them; of a set each member. With --json: {found, entries},
where an entry is {path, type, value, expiresAt}, or of a set {path, type, member, expiresAt}. Exits with 3 when nothing is there.`;

export function mapCommand(): Command {
  const command = new Command("map")
    .description("Change and read maps: registers, counters, flags and sets by path.")
    .addHelpText("after", PATH_HELP);

  change(
    command,
    "put",
    "Write the register at a path. Without VALUE and --file, the value is read from stdin, as text.",
    lastingVerb,
  )
    .argument("[VALUE]", "the value, as text")
    .option("--json-value", "the value is JSON, and stored as the structure that it describes")
    .option("--file <PATH>", "the value is what this file holds, as bytes; - is stdin")
    .action(
      async (key: string, path: Path, text: string | undefined, options: WriteOptions & ValueOptions) => {
        const value = await readValue(text, options);
        await update(options, "written", key, (at) =>
          at(...path)
            .as(register())
            .put(value),
        );
      },
    );

  change(command, "add", "Add to the counter at a path; a negative amount subtracts.", lastingVerb)
    .argument("[AMOUNT]", "a whole number", parseAmount, 1)
    .action((key: string, path: Path, amount: number, options: WriteOptions) =>
      update(options, "added", key, (at) =>
        at(...path)
          .as(counter())
          .add(amount),
      ),
    );

  change(command, "enable", "Switch the flag at a path on.", lastingVerb).action(
    (key: string, path: Path, options: WriteOptions) =>
      update(options, "enabled", key, (at) =>
        at(...path)
          .as(flag())
          .enable(),
      ),
  );

  change(command, "disable", "Switch the flag at a path off.").action(
    (key: string, path: Path, options: WriteOptions) =>
      update(options, "disabled", key, (at) =>
        at(...path)
          .as(flag())
          .disable(),
      ),
  );

  change(command, "set-add", "Add members to the set at a path, all together.", lastingVerb)
    .argument("<MEMBER...>", "members, as text")
    .action((key: string, path: Path, members: string[], options: WriteOptions) =>
      update(options, "added", key, (at) =>
        at(...path)
          .as(set())
          .add(...members),
      ),
    );

  change(command, "set-remove", "Remove members from the set at a path, all together.")
    .argument("<MEMBER...>", "members, as text")
    .action((key: string, path: Path, members: string[], options: WriteOptions) =>
      update(options, "removed", key, (at) =>
        at(...path)
          .as(set())
          .remove(...members),
      ),
    );

  change(command, "remove", "Remove all that is at and below a path.").action(
    (key: string, path: Path, options: WriteOptions) =>
      update(options, "removed", key, (at) => at(...path).clear()),
  );

  writeVerb(command, "clear", "Remove all that is in a map.")
    .argument(...KEY)
    .action((key: string, options: WriteOptions) =>
      perform(options, async (buckets) => {
        const map = buckets.map(options.bucket);
        return shownWrite("cleared", await map.clear(key, updateOptions(options)));
      }),
    );

  readVerb(command, "get", "Print all that is in a map, or at and below a path of it.")
    .argument(...KEY)
    .argument("[PATH]", PATH_TEXT, parsePath, [])
    .addHelpText("after", `${GET_HELP}\n${PATH_HELP}`)
    .action((key: string, path: Path, options: DataOptions) =>
      perform(options, async (buckets) =>
        shownEntries(await buckets.map(options.bucket).getAt(key, (at) => at(...path)), key),
      ),
    );
  return command;
}

/** A verb that changes what is at a path. */
function change(parent: Command, name: string, description: string, verb = writeVerb): Command {
  return verb(parent, name, description)
    .argument(...KEY)
    .argument("<PATH>", PATH_TEXT, parsePath)
    .addHelpText("after", PATH_HELP);
}

function update(
  options: LastingFlags,
  done: string,
  key: string,
  build: (at: PathCursor) => MapChange,
): Promise<void> {
  return perform(options, async (buckets) =>
    shownWrite(done, await buckets.map(options.bucket).update(key, build, lastingOptions(options))),
  );
}

function shownEntries(entries: readonly MapEntry[], key: string) {
  const found = entries.length > 0;
  return {
    document: { found, entries: entries.map(entryDocument) },
    text: entries
      .map((entry) => `${formatPath(entry.path)}\t${entry.type}\t${showValue(shownOf(entry))}\n`)
      .join(""),
    missing: found ? undefined : `${JSON.stringify(key)} holds nothing there`,
  };
}

function entryDocument(entry: MapEntry): object {
  const { path, type } = entry;
  const shown = toJson(shownOf(entry));
  const held = entry.type === "set" ? { member: shown } : { value: shown };
  return { path, type, ...held, expiresAt: expiryText(entry.expiresAt) };
}

function shownOf(entry: MapEntry): unknown {
  return entry.type === "set" ? entry.member : entry.value;
}
