/** `atoll import`: many keys out of a file of JSON lines. */
import { Command } from "commander";
import { addClusterOptions, BULK_TIMEOUT_MS, type ClusterOptions } from "./client-options.js";
import { failureOf, withBucket } from "./client-session.js";
import { CommandFailure, EXIT, failed, printDocument } from "./failure.js";
import { addTtlOption, type LifetimeOptions, lifetimeOf } from "./lifetime.js";
import { ProgressBar } from "./progress-bar.js";
import { type ImportOutcome, RowImporter } from "./row-importer.js";
import { stopOnSignals } from "./stop-on-signals.js";
import { wholeNumber } from "./table.js";
import { openLines, textLines } from "./text-lines.js";

const IMPORT_HELP = `
A line is {"key": "u42", "value": {"name": "Ada"}}; bytes are {"$bytes": "<base64>"}, as "get --json" prints them. A number
that would have to be rounded is refused: an integer beyond 2^53 is {"$bigint": "<decimal>"}.
Of two lines with one key the later wins; in a multi, both stay. A line that cannot be used is reported with its
number, the others are imported, and the exit code is 1.
With --json: {rows, failed, seconds, rowsPerSecond, errors: [{line, message}], stoppedAtLine}.`;

type ImportFlags = ClusterOptions & LifetimeOptions;

export function importCommand(): Command {
  const command = new Command("import")
    .description("Write many keys from a file of JSON lines, or from stdin.")
    .argument("<FILE>", "the file; - is stdin")
    .addHelpText("after", IMPORT_HELP);
  return addTtlOption(addClusterOptions(command, BULK_TIMEOUT_MS)).action(
    async (file: string, options: ImportFlags) => {
      const startedAtMs = performance.now();
      const outcome = await importFile(file, options);
      summarize(outcome, (performance.now() - startedAtMs) / 1_000, options.json === true);
    },
  );
}

async function importFile(file: string, options: ImportFlags): Promise<ImportOutcome> {
  const { chunks, totalBytes } = await openLines(file);
  const progress = ProgressBar.onStderr("rows");
  const interrupted = new AbortController();
  const signals = stopOnSignals(process, async () => {
    interrupted.abort();
    chunks.destroy();
  });
  try {
    return await withBucket(options, (bucket) =>
      RowImporter.run(textLines(chunks), {
        bucket,
        lifetime: lifetimeOf(options),
        signal: interrupted.signal,
        onProgress: (rows, bytes) =>
          progress.update(rows, totalBytes === undefined ? undefined : bytes / totalBytes),
      }),
    );
  } catch (error) {
    // The cluster's failures have been translated: what is left is the file's.
    if (error instanceof CommandFailure) throw error;
    throw failed(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    signals.close();
    progress.clear();
  }
}

function summarize({ rows, problems, stopped }: ImportOutcome, seconds: number, isJson: boolean): void {
  const rowsPerSecond = Math.round(rows / seconds);
  for (const line of problems.lines()) process.stderr.write(`${line}\n`);
  if (stopped !== undefined) {
    const why = stopped.cause === "interrupted" ? "interrupted" : failureOf(stopped.cause).text;
    process.stderr.write(`stopped at line ${stopped.line}: ${why}\n`);
  }
  if (isJson) {
    printDocument({
      rows,
      failed: problems.count,
      seconds: Number(seconds.toFixed(3)),
      rowsPerSecond,
      errors: problems.kept,
      stoppedAtLine: stopped?.line ?? null,
    });
  } else {
    const bad = problems.count === 0 ? "" : `, ${wholeNumber(problems.count)} failed`;
    process.stdout.write(
      `${wholeNumber(rows)} rows in ${seconds.toFixed(1)} s, ${wholeNumber(rowsPerSecond)} rows/s${bad}\n`,
    );
  }
  if (stopped !== undefined && stopped.cause !== "interrupted") process.exitCode = EXIT.unavailable;
  else if (stopped !== undefined || problems.count > 0) process.exitCode = EXIT.failed;
}
