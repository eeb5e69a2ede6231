/** The built `atoll` as its users run it: a process with arguments, stdin, stdout, stderr and an exit code. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

export const MAIN = join(import.meta.dirname, "..", "..", "dist", "src", "cli", "main.js");

/** So that a command that hangs fails its test by itself, unless it says otherwise. */
const COMMAND_LIMIT_MS = 60_000;

export interface Outcome {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** For node itself. */
  readonly execArgv?: readonly string[];
  /** When it is killed. */
  readonly limitMs?: number;
}

/** Runs one command to its end. `code` is the signal's name when one ended it. */
export async function atoll(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawnAtoll(args, options);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin?.on("error", () => {});
  child.stdin?.end(options.stdin ?? "");
  const limit = setTimeout(() => child.kill("SIGKILL"), options.limitMs ?? COMMAND_LIMIT_MS);
  const [code, signal] = await once(child, "close");
  clearTimeout(limit);
  return { code: code ?? signal, stdout: stdout(), stderr: stderr() };
}

export function spawnAtoll(args: readonly string[], { env, execArgv = [] }: RunOptions = {}): ChildProcess {
  const { ATOLL_ENDPOINT: _inherited, ...inherited } = process.env;
  return spawn(process.execPath, [...execArgv, MAIN, ...args], { env: { ...inherited, ...env } });
}

/** The text of a stream so far. */
export function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on("data", (chunk) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

const Started = z.object({ id: z.string(), endpoint: z.string(), pid: z.number() });

/** A node that is a cluster of its own, in a temporary folder, on free ports. */
export class SingleNode {
  readonly endpoint: string;
  readonly id: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, { endpoint, id }: z.infer<typeof Started>) {
    this.#child = child;
    this.#folder = folder;
    this.endpoint = endpoint;
    this.id = id;
  }

  static async start(): Promise<SingleNode> {
    const folder = temporaryFolder();
    const ports = ["client", "peer", "admin"].flatMap((port) => [`--${port}`, "127.0.0.1:0"]);
    const child = spawnAtoll(["start", "--json", "--data", join(folder, "data"), ...ports]);
    const stderr = collect(child.stderr);
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout?.once("data", (data) => resolve(String(data)));
      child.once("close", (code) => reject(new Error(`the node ended with ${code}: ${stderr()}`)));
    });
    return new SingleNode(child, folder, Started.parse(JSON.parse(line)));
  }

  /** A command about this node. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return atoll(args, { ...options, env: { ATOLL_ENDPOINT: this.endpoint, ...options.env } });
  }

  /** Its exit code. */
  async stop(): Promise<unknown> {
    const closed = once(this.#child, "close");
    this.#child.kill("SIGTERM");
    const [code, signal] = await closed;
    rmSync(this.#folder, { recursive: true, force: true });
    return code ?? signal;
  }
}

export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "atoll-test-")));
}

const Failure = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    reason: z.string().nullable(),
    message: z.string(),
    metadata: z.record(z.string(), z.string()),
    maybeApplied: z.boolean(),
  }),
});

/** The one document on stdout, of a command that failed. */
export function failureIn({ stdout }: Outcome): z.infer<typeof Failure>["error"] {
  return Failure.parse(JSON.parse(stdout)).error;
}
