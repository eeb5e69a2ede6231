/** `atoll export`: a bucket, or the keys that are named, into a file of JSON lines, as `import` reads them. */
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Command } from "commander";
import type { AtollError, BatchResult } from "../client/index.js";
import { addClusterOptions, BULK_TIMEOUT_MS, type ClusterOptions } from "./client-options.js";
import { isUnavailable, withBucket } from "./client-session.js";
import { CommandFailure, EXIT, failed, misused, printDocument } from "./failure.js";
import { formatRow } from "./json-row.js";
import { textOrBytes } from "./json-value.js";
import { LineProblems } from "./line-problems.js";
import { ProgressBar } from "./progress-bar.js";
import { wholeNumber } from "./table.js";
import { type LineSource, openLines, type TextLine, textLines } from "./text-lines.js";
import type { ValueBucket, ValueRead } from "./value-bucket.js";

interface ExportOptions extends ClusterOptions {
  readonly keys?: string;
}

/** Keys are read in batches of so many. */
const BATCH_KEYS = 128;
const KEY_BYTES_MAX = 65_535;

const EXPORT_HELP = `
A line is {"key": …, "value": …}, as "import" reads it; a multi gives one line for each of its values. Without --keys it is
all keys of the bucket, in order. Keys that are not UTF-8 cannot be written so, and count as failed; keys that are named
and not found are left out and counted. When a value expires is not in its line: imported, it lasts as "import --ttl" says,
without that for ever, or as the bucket's default has it.
With --json: {rows, missing, failed, seconds, errors: [{line, message}]}, where the lines are those of the keys, or without
--keys of the export.`;

export function exportCommand(): Command {
  const command = new Command("export")
    .description("Read a bucket, or some of its keys, into a file of JSON lines, or to stdout.")
    .argument("[FILE]", "where to; - is stdout", "-")
    .option("--keys <FILE>", "the keys to read, one a line; - is stdin")
    .addHelpText("after", EXPORT_HELP);
  return addClusterOptions(command, BULK_TIMEOUT_MS).action(async (file: string, options: ExportOptions) => {
    if (file === "-" && options.json === true) {
      throw misused("with --json, stdout is for the summary: name a FILE for the rows");
    }
    const startedAtMs = performance.now();
    const counts = await exportRows(
      options.keys === undefined ? undefined : await openLines(options.keys),
      file,
      options,
    );
    summarize(counts, (performance.now() - startedAtMs) / 1_000, options.json === true);
  });
}

interface ExportCounts {
  rows: number;
  missing: number;
  readonly problems: LineProblems;
}

/** @param keys undefined: all that there are */
async function exportRows(
  keys: LineSource | undefined,
  file: string,
  options: ExportOptions,
): Promise<ExportCounts> {
  const counts: ExportCounts = { rows: 0, missing: 0, problems: new LineProblems() };
  const progress = ProgressBar.onStderr("rows");
  try {
    await withBucket(options, (bucket) => {
      const rows =
        keys === undefined
          ? scannedLines(bucket, counts, progress)
          : rowLines(bucket, keys, counts, progress);
      return file === "-"
        ? pipeline(rows, process.stdout, { end: false })
        : pipeline(rows, createWriteStream(file));
    });
    return counts;
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw failed(`cannot export to ${file}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    progress.clear();
  }
}

/** The lines of all keys, in their order. */
async function* scannedLines(
  bucket: ValueBucket,
  counts: ExportCounts,
  progress: ProgressBar,
): AsyncGenerator<string> {
  const unreadable = (message: string): void => counts.problems.add(counts.rows + 1, message);
  for await (const { key: bytes, values } of bucket.scan(({ message }) => unreadable(message))) {
    const key = textOrBytes(bytes);
    if (typeof key !== "string") {
      unreadable(`the key 0x${Buffer.from(key).toString("hex")} is not UTF-8`);
      continue;
    }
    for (const value of values) {
      counts.rows += 1;
      yield formatRow({ key, value });
    }
    progress.update(counts.rows, undefined);
  }
}

/** The lines of the export, in the order of the keys. */
async function* rowLines(
  bucket: ValueBucket,
  { chunks, totalBytes }: LineSource,
  counts: ExportCounts,
  progress: ProgressBar,
): AsyncGenerator<string> {
  for await (const batch of batches(textLines(chunks, KEY_BYTES_MAX))) {
    const keys = batch.flatMap(({ number, content }) => {
      if ("text" in content) return content.text === "" ? [] : [{ number, key: content.text }];
      counts.problems.add(number, content.fault);
      return [];
    });
    const results = await bucket.getMany(keys.map(({ key }) => key));
    const gone = clusterGone(results);
    if (gone !== undefined) throw gone;
    for (const [at, { number, key }] of keys.entries()) {
      const item = results[at];
      if (item?.ok === true) {
        if (item.result.values.length === 0) counts.missing += 1;
        for (const value of item.result.values) {
          counts.rows += 1;
          yield formatRow({ key, value });
        }
      } else if (item !== undefined) {
        counts.problems.add(number, item.error.message);
      }
    }
    const endBytes = batch.at(-1)?.endBytes ?? 0;
    progress.update(counts.rows, totalBytes === undefined ? undefined : endBytes / totalBytes);
  }
}

/** Why not one key of a batch could be read, when it is that the cluster is not there: the next batch would wait too. */
function clusterGone(results: readonly BatchResult<ValueRead>[]): AtollError | undefined {
  const errors = results.flatMap((item) => (item.ok ? [] : [item.error]));
  const isGone = errors.length === results.length && errors.every(isUnavailable);
  return isGone ? errors[0] : undefined;
}

async function* batches(lines: AsyncIterable<TextLine>): AsyncGenerator<TextLine[]> {
  let batch: TextLine[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < BATCH_KEYS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function summarize({ rows, missing, problems }: ExportCounts, seconds: number, isJson: boolean): void {
  for (const line of problems.lines()) process.stderr.write(`${line}\n`);
  if (isJson) {
    const elapsed = Number(seconds.toFixed(3));
    printDocument({ rows, missing, failed: problems.count, seconds: elapsed, errors: problems.kept });
  } else {
    const absent = missing === 0 ? "" : `, ${wholeNumber(missing)} keys not found`;
    const bad = problems.count === 0 ? "" : `, ${wholeNumber(problems.count)} failed`;
    process.stderr.write(`${wholeNumber(rows)} rows in ${seconds.toFixed(1)} s${absent}${bad}\n`);
  }
  if (problems.count > 0) process.exitCode = EXIT.failed;
}
