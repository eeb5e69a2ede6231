/** `atoll demo`: three regions on this machine take conflicting writes through a cut, and converge. */
import { Command, InvalidArgumentError } from "commander";
import { ClusterError, demoClosing, type Narrator, type Programs, runDemo } from "../../cluster/index.js";
import { AtollError } from "../client/index.js";
import { EXIT, failed, misused, printDocument } from "./failure.js";
import { stopOnSignals } from "./stop-on-signals.js";

interface DemoFlags {
  readonly rows?: number;
  readonly keep?: boolean;
  readonly json?: boolean;
}

/** The command, to be added to a program. `programs` replaces what the processes of the cluster run. */
export function demoCommand(programs?: Programs): Command {
  return new Command("demo")
    .description("start three regions, write on both sides of a cut, and watch them converge")
    .option("--rows <N>", "import only the N largest places of the data set", wholeNumber)
    .option("--keep", "leave the cluster running, and print where")
    .option("--json", "print one JSON document with everything that was measured")
    .action((flags: DemoFlags) => demo(flags, programs));
}

async function demo({ rows, keep, json }: DemoFlags, programs: Programs | undefined): Promise<void> {
  const stop = new AbortController();
  const signals = stopOnSignals(process, async () => stop.abort());
  const narrator = new StreamNarrator(json === true ? process.stderr : process.stdout);
  try {
    const report = await runDemo({ rows, keep, programs, signal: stop.signal, narrator });
    for (const line of demoClosing(report)) narrator.line(line);
    if (json === true) printDocument(report);
    process.exitCode = report.ok ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (stop.signal.aborted) throw failed("interrupted: the cluster is stopped, and its data is removed");
    throw failureOf(error);
  } finally {
    narrator.close();
    signals.close();
  }
}

function failureOf(error: unknown): unknown {
  if (error instanceof ClusterError) {
    return error.code === "INVALID" ? misused(error.message) : failed(error.message);
  }
  if (error instanceof AtollError)
    return failed(`the demo could not go on: ${error.message} (${error.code})`);
  return error;
}

/** Lines as they come; on a terminal also one that says what is going on, and goes when the next line comes. */
class StreamNarrator implements Narrator {
  readonly #lines: NodeJS.WriteStream;
  #hasProgress = false;

  constructor(lines: NodeJS.WriteStream) {
    this.#lines = lines;
  }

  line(text: string): void {
    this.#clear();
    this.#lines.write(`${text}\n`);
  }

  progress(text: string): void {
    if (!process.stderr.isTTY) return;
    this.#clear();
    process.stderr.write(`  ${text} ...`);
    this.#hasProgress = true;
  }

  close(): void {
    this.#clear();
  }

  #clear(): void {
    if (this.#hasProgress) process.stderr.write("\r\x1b[K");
    this.#hasProgress = false;
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
  return Number(text);
}
