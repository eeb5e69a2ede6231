/** `atoll admin quarantine`: reads what a removed node has left in its data folder, for a person to decide upon. */
import { Command, Option } from "commander";
import { autoCodec } from "../client/index.js";
import { BUCKET_TYPES, type BucketType } from "./client-options.js";
import { EXIT, printDocument } from "./failure.js";
import { formatRow } from "./json-row.js";
import { quarantinedWrites, quarantineFiles } from "./quarantine-lines.js";
import { tableLines, wholeNumber } from "./table.js";

interface ListOptions {
  readonly data: string;
  readonly json?: boolean;
}

interface ExportOptions {
  readonly data: string;
  readonly bucket: string;
  readonly type: BucketType;
}

/** Of one bucket and type in one file. */
interface Summary {
  readonly file: string;
  readonly bucket: string;
  readonly type: string;
  values: number;
  deletes: number;
  damaged: number;
  /** When the first and the last were written, in ISO 8601. */
  oldest: string;
  newest: string;
}

const LIST_HELP = `
With --json: {files: [{file, bucket, type, values, deletes, damaged, oldest, newest}]}.`;

const EXPORT_HELP = `
A line is {"key": …, "value": …}, as "import" reads it. Deletes, damaged rows and keys that are no text are left out and
counted on stderr, and the exit code is 1 then. What is imported is written anew: it wins over what the cluster has.`;

export function quarantineCommand(): Command {
  const command = new Command("quarantine").description(
    "read what a removed node has left in its data folder",
  );
  command
    .command("list")
    .description("how much of what is in quarantine")
    .requiredOption("--data <DIR>", "the removed node's data folder")
    .option("--json", "print one JSON document")
    .addHelpText("after", LIST_HELP)
    .action(async ({ data, json }: ListOptions) => {
      const files = await summarize(data);
      if (json === true) return printDocument({ files });
      process.stdout.write(`${summaryText(files)}\n`);
    });
  command
    .command("export")
    .description("the values of one bucket as JSON lines on stdout")
    .requiredOption("--data <DIR>", "the removed node's data folder")
    .option("--bucket <B>", "the bucket", "default")
    .addOption(new Option("--type <T>", "the type of its keys").choices(BUCKET_TYPES).default("register"))
    .addHelpText("after", EXPORT_HELP)
    .action(exportValues);
  return command;
}

async function summarize(folder: string): Promise<Summary[]> {
  const summaries = new Map<string, Summary>();
  for (const file of await quarantineFiles(folder))
    for await (const { bucket, state, type, writtenAt } of quarantinedWrites(file)) {
      const id = JSON.stringify([file, bucket, type]);
      const counts = { values: 0, deletes: 0, damaged: 0 };
      const summary = summaries.get(id) ?? {
        file,
        bucket,
        type,
        ...counts,
        oldest: writtenAt,
        newest: writtenAt,
      };
      summaries.set(id, summary);
      summary[state === "value" ? "values" : state === "deleted" ? "deletes" : "damaged"]++;
      if (writtenAt < summary.oldest) summary.oldest = writtenAt;
      if (writtenAt > summary.newest) summary.newest = writtenAt;
    }
  return [...summaries.values()];
}

function summaryText(summaries: readonly Summary[]): string {
  return tableLines(
    [
      { title: "FILE" },
      { title: "BUCKET" },
      { title: "TYPE" },
      { title: "VALUES", align: "right" },
      { title: "DELETES", align: "right" },
      { title: "DAMAGED", align: "right" },
      { title: "OLDEST" },
      { title: "NEWEST" },
    ],
    summaries.map(({ file, bucket, type, values, deletes, damaged, oldest, newest }) => [
      file,
      bucket,
      type,
      wholeNumber(values),
      wholeNumber(deletes),
      wholeNumber(damaged),
      oldest,
      newest,
    ]),
  ).join("\n");
}

async function exportValues({ data, bucket, type }: ExportOptions): Promise<void> {
  const codec = autoCodec<unknown>();
  let [rows, left] = [0, 0];
  for (const file of await quarantineFiles(data))
    for await (const write of quarantinedWrites(file)) {
      if (write.bucket !== bucket || write.type !== type) continue;
      if (write.state !== "value" || write.key === undefined) {
        left++;
        continue;
      }
      const { data: bytes, encoding } = write;
      const value = codec.decode({ data: Buffer.from(bytes, "base64"), encoding });
      if (!process.stdout.write(formatRow({ key: write.key, value })))
        await new Promise((drained) => process.stdout.once("drain", drained));
      rows++;
    }
  const rest =
    left === 0 ? "" : `, ${wholeNumber(left)} others left out: "list" counts them, the file has them`;
  process.stderr.write(`${wholeNumber(rows)} rows${rest}\n`);
  if (left > 0) process.exitCode = EXIT.failed;
}
