/** One `atoll start` for one test: a node that may be meant to fail. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { until } from "./polling.js";

const CLI = join(import.meta.dirname, "..", "..", "..", "dist", "src", "cli", "main.js");
/** Ports that nobody else has. */
export const ANY_PORTS = ["--client", "127.0.0.1:0", "--peer", "127.0.0.1:0", "--admin", "127.0.0.1:0"];

const Started = z.object({
  id: z.string(),
  endpoint: z.string(),
  peer: z.string(),
  admin: z.string(),
  pid: z.number(),
});

/** A folder of the test's own, removed when it has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "atoll-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes settings as the file that `--config` takes; returns its path. */
export function configFile(settings: object | string): string {
  const file = join(temporaryFolder(), "node.yaml");
  writeFileSync(file, typeof settings === "string" ? settings : stringify(settings));
  return file;
}

export interface Exit {
  /** The exit code, or the signal. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stdout = "";
  #stderr = "";

  /** Killed when the test has ended, if it still runs then. */
  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("ATOLL_"));
    this.#child = spawn(process.execPath, [CLI, "start", ...args, "--json"], {
      cwd: temporaryFolder(),
      env: { ...Object.fromEntries(own), ...environment },
    });
    this.#child.stdout?.on("data", (text) => {
      this.#stdout += text;
    });
    this.#child.stderr?.on("data", (text) => {
      this.#stderr += text;
    });
    this.#closed = once(this.#child, "close");
    onTestFinished(async () => {
      this.#child.kill("SIGKILL");
      await this.#closed;
    });
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it prints once it takes requests. */
  async started(): Promise<z.infer<typeof Started>> {
    await until("the node to start", () => {
      if (this.hasEnded) throw new Error(`it ended: ${this.#stderr}`);
      return this.#stdout.includes("\n") ? undefined : `it says ${this.#stderr}`;
    });
    return Started.parse(JSON.parse(this.#stdout));
  }

  /** Until it ends by itself. */
  async exit(timeoutMs?: number): Promise<Exit> {
    await until("the node to end", () => (this.hasEnded ? undefined : `it says ${this.#stderr}`), timeoutMs);
    await this.#closed;
    const code = this.#child.exitCode ?? this.#child.signalCode;
    return { code, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** SIGTERM, and its end. */
  async stop(): Promise<Exit> {
    this.#child.kill("SIGTERM");
    return await this.exit();
  }
}
