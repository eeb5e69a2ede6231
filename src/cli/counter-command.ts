/** `atoll counter`: numbers that every region adds to. */
import { Command } from "commander";
import {
  type DataOptions,
  KEY,
  type LastingFlags,
  lastingOptions,
  lastingVerb,
  parseAmount,
  perform,
  readVerb,
  shownWithExpiry,
  shownWrite,
  updateOptions,
  type WriteOptions,
  writeVerb,
} from "./data-command.js";

export function counterCommand(): Command {
  const command = new Command("counter").description(
    "Count: whole numbers that every region adds to and subtracts from.",
  );

  lastingVerb(command, "add", "Add to a counter.")
    .argument(...KEY)
    .argument("[AMOUNT]", "a whole number", parseAmount, 1)
    .action((key: string, amount: number, options: LastingFlags) =>
      perform(options, async (buckets) => {
        const counter = buckets.counter(options.bucket);
        return shownWrite("added", await counter.add(key, amount, lastingOptions(options)));
      }),
    );

  lastingVerb(command, "subtract", "Subtract from a counter.")
    .argument(...KEY)
    .argument("[AMOUNT]", "a whole number", parseAmount, 1)
    .action((key: string, amount: number, options: LastingFlags) =>
      perform(options, async (buckets) => {
        const counter = buckets.counter(options.bucket);
        return shownWrite("subtracted", await counter.subtract(key, amount, lastingOptions(options)));
      }),
    );

  readVerb(
    command,
    "get",
    "Print a counter; 0 when it was never counted on. With --json: {value, expiresAt}.",
  )
    .argument(...KEY)
    .action((key: string, options: DataOptions) =>
      perform(options, async (buckets) =>
        shownWithExpiry(await buckets.counter(options.bucket).getWithExpiry(key)),
      ),
    );

  writeVerb(command, "clear", "Make a counter 0 again.")
    .argument(...KEY)
    .action((key: string, options: WriteOptions) =>
      perform(options, async (buckets) => {
        const counter = buckets.counter(options.bucket);
        return shownWrite("cleared", await counter.clear(key, updateOptions(options)));
      }),
    );
  return command;
}
