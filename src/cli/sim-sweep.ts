/** Runs seeds one after the other in this process, or in ranges in processes of the same command. */
import { type ChildProcess, spawn } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { drawPlan, runPlan } from "../simulator/index.js";
import { failed } from "./failure.js";
import { NO_RUNS, type SimTally, sumOf, TALLY, tallyOf } from "./sim-tally.js";

/** Seeds of a worker: enough that its start does not count, few enough that the bar moves. */
const CHUNK_SEEDS = 25;

interface SweepOptions {
  readonly firstSeed: number;
  /** Infinite: until `isOver`. */
  readonly lastSeed: number;
  readonly jobs: number;
  readonly stopsAtFirst: boolean;
  readonly signal: AbortSignal;
  /** Asked between runs. */
  readonly isOver: () => boolean;
  readonly onProgress: (tally: SimTally) => void;
}

export async function sweep(options: SweepOptions): Promise<SimTally> {
  return options.jobs === 1 ? await sweepHere(options) : await new Workers(options).run();
}

async function sweepHere(options: SweepOptions): Promise<SimTally> {
  let tally = NO_RUNS;
  for (let seed = options.firstSeed; seed <= options.lastSeed && !isEnough(options, tally); seed++) {
    const before = process.cpuUsage();
    const report = runPlan(drawPlan(seed));
    const { user, system } = process.cpuUsage(before);
    tally = sumOf(tally, tallyOf(report, (user + system) / 1_000));
    options.onProgress(tally);
    // Lets signals in.
    await setImmediate();
  }
  return tally;
}

function isEnough({ stopsAtFirst, signal, isOver }: SweepOptions, { violations }: SimTally): boolean {
  return signal.aborted || isOver() || (stopsAtFirst && violations.length > 0);
}

/** Deals ranges of seeds to so many processes at a time. */
class Workers {
  readonly #options: SweepOptions;
  readonly #children = new Set<ChildProcess>();
  #tally = NO_RUNS;
  #nextSeed: number;

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#nextSeed = options.firstSeed;
  }

  async run(): Promise<SimTally> {
    const stop = (): void => this.#stop();
    this.#options.signal.addEventListener("abort", stop);
    try {
      await Promise.all(Array.from({ length: this.#options.jobs }, () => this.#work()));
    } finally {
      this.#options.signal.removeEventListener("abort", stop);
      this.#stop();
    }
    return this.#tally;
  }

  async #work(): Promise<void> {
    for (;;) {
      const from = this.#nextSeed;
      if (from > this.#options.lastSeed || isEnough(this.#options, this.#tally)) return;
      const to = Math.min(this.#options.lastSeed, from + CHUNK_SEEDS - 1);
      this.#nextSeed = to + 1;
      const found = await this.#child(from, to);
      if (found === undefined) return;
      this.#tally = sumOf(this.#tally, found);
      this.#options.onProgress(this.#tally);
    }
  }

  /** Undefined when it was stopped. */
  async #child(from: number, to: number): Promise<SimTally | undefined> {
    const [, program = ""] = process.argv;
    const stop = this.#options.stopsAtFirst ? ["--stop-at-first"] : [];
    const args = ["sim", "--seeds", `${from}..${to}`, "--jobs", "1", "--json", "--no-shrink", ...stop];
    const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.add(child);
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
    const error = await new Promise<Error | undefined>((resolve) => {
      child.once("error", resolve);
      child.once("close", () => resolve(undefined));
    });
    this.#children.delete(child);
    if (this.#options.signal.aborted) return undefined;
    const parsed = TALLY.safeParse(parse(Buffer.concat(output).toString()));
    if (error === undefined && parsed.success) return parsed.data;
    throw failed(
      `the process for seeds ${from}..${to} failed: ${error?.message ?? Buffer.concat(complaints).toString()}`,
    );
  }

  #stop(): void {
    for (const child of this.#children) child.kill();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
