/** `atoll flag`: on or off; an enable wins against a disable at the same time. */
import { Command } from "commander";
import {
  type DataOptions,
  KEY,
  type LastingFlags,
  lastingOptions,
  lastingVerb,
  perform,
  readVerb,
  shownWithExpiry,
  shownWrite,
  updateOptions,
  type WriteOptions,
  writeVerb,
} from "./data-command.js";

export function flagCommand(): Command {
  const command = new Command("flag").description("Switch flags, and read them.");

  lastingVerb(command, "enable", "Switch a flag on.")
    .argument(...KEY)
    .action((key: string, options: LastingFlags) =>
      perform(options, async (buckets) => {
        const flag = buckets.flag(options.bucket);
        return shownWrite("enabled", await flag.enable(key, lastingOptions(options)));
      }),
    );

  writeVerb(command, "disable", "Switch a flag off.")
    .argument(...KEY)
    .action((key: string, options: WriteOptions) =>
      perform(options, async (buckets) => {
        const flag = buckets.flag(options.bucket);
        return shownWrite("disabled", await flag.disable(key, updateOptions(options)));
      }),
    );

  readVerb(command, "get", "Print true or false. With --json: {value, expiresAt}.")
    .argument(...KEY)
    .action((key: string, options: DataOptions) =>
      perform(options, async (buckets) =>
        shownWithExpiry(await buckets.flag(options.bucket).getWithExpiry(key)),
      ),
    );
  return command;
}
