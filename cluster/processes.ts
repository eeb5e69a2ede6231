/**
 * Processes that outlive whoever started them: started in a session of their own, found again by pid file, and never
 * sent a signal unless the pid is still theirs.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { ClusterError, messageOf, systemCodeOf } from "./cluster-error.js";
import { type ProcessFiles, readPid, removePid, writePid } from "./cluster-folder.js";

const POLL_MS = 20;

export interface RunningProcess {
  readonly pid: number;
  /** Stopped by SIGSTOP. */
  readonly isPaused: boolean;
}

/** A process that this one started. */
export class StartedProcess {
  readonly pid: number;
  #ending: string | undefined;

  constructor(pid: number) {
    this.pid = pid;
  }

  /** How it ended, once it has: `exit code 1`, `SIGKILL`. */
  get ending(): string | undefined {
    return this.#ending;
  }

  ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#ending = signal ?? `exit code ${code}`;
  }
}

/** Starts `node ...argv` in the background, with its output in `files.output` and its pid in `files.pid`. */
export async function startProcess(files: ProcessFiles, argv: readonly string[]): Promise<StartedProcess> {
  const output = openSync(files.output, "a", 0o600);
  const child = spawn(process.execPath, argv, {
    cwd: files.folder,
    detached: true,
    stdio: ["ignore", output, output],
    env: childEnvironment(),
  });
  closeSync(output);
  try {
    await once(child, "spawn");
  } catch (error) {
    throw new ClusterError("FAILED", `cannot start ${argv[0]}: ${messageOf(error)}`, error);
  }
  const started = new StartedProcess(child.pid ?? 0);
  child.once("exit", (code, signal) => started.ended(code, signal));
  child.unref();
  writePid(files, started.pid);
  return started;
}

/**
 * Ours, without the settings of nodes in it: those would win over each node's own. And with the place where Node keeps
 * compiled code by default: the second of many equal processes starts sooner with it.
 */
function childEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("ATOLL_"));
  return { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...Object.fromEntries(own) };
}

/** The process of a pid file, unless it ended, or the pid belongs to another one by now. */
export async function findProcess(files: ProcessFiles): Promise<RunningProcess | undefined> {
  const pid = readPid(files);
  if (pid === undefined) return undefined;
  const seen = process.platform === "linux" ? await inspectProc(pid) : await inspectPs(pid);
  if (seen === undefined || seen.state === "ended") return undefined;
  if (seen.state !== "ending" && !seen.command.includes(files.marker)) return undefined;
  return { pid, isPaused: seen.state === "paused" };
}

/** False when the process is not there. Does not wait for the effect. */
export async function signalProcess(files: ProcessFiles, signal: NodeJS.Signals): Promise<boolean> {
  const running = await findProcess(files);
  if (running === undefined) return false;
  try {
    process.kill(running.pid, signal);
  } catch (error) {
    if (systemCodeOf(error) === "ESRCH") return false;
    throw new ClusterError("FAILED", `cannot signal process ${running.pid}: ${messageOf(error)}`, error);
  }
  return true;
}

/** Polls until `condition` holds for the process (undefined: it is gone); false when it does not in time. */
export async function waitForProcess(
  files: ProcessFiles,
  condition: (running: RunningProcess | undefined) => boolean,
  timeoutMs: number,
): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  while (!condition(await findProcess(files))) {
    if (performance.now() > endMs) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** SIGTERM, and after `graceMs` SIGKILL. Resolves when it is gone; its pid file goes with it. */
export async function endProcess(files: ProcessFiles, graceMs: number): Promise<void> {
  const isGone = (running: RunningProcess | undefined) => running === undefined;
  if (await signalProcess(files, "SIGTERM")) {
    // A paused process takes its signals when it goes on.
    await signalProcess(files, "SIGCONT");
    if (!(await waitForProcess(files, isGone, graceMs))) await signalProcess(files, "SIGKILL");
    if (!(await waitForProcess(files, isGone, 5000))) {
      throw new ClusterError("FAILED", `process ${readPid(files)} does not end, not even by SIGKILL`);
    }
  }
  removePid(files);
}

interface Inspection {
  /** `ending`: it has no command line any more, but may still hold its files and ports. */
  readonly state: "running" | "paused" | "ending" | "ended";
  readonly command: string;
}

/** Of the kernel's flags for a process. */
const PF_EXITING = 4;

async function inspectProc(pid: number): Promise<Inspection | undefined> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    // After the name in brackets, which may itself hold any of them: state, ..., flags (7th), ..., threads (18th).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const letter = fields[0];
    // The first thread of a process may have ended before the others.
    if (letter === "X" || (letter === "Z" && Number(fields[17]) <= 1)) return { state: "ended", command };
    if (letter === "Z" || (Number(fields[6]) & PF_EXITING) !== 0) return { state: "ending", command };
    return { state: letter === "T" ? "paused" : "running", command };
  } catch {
    return undefined;
  }
}

async function inspectPs(pid: number): Promise<Inspection | undefined> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-ww", "-o", "stat=,command=", "-p", String(pid)]);
    const [, letters = "", command = ""] = /^\s*(\S+)\s+(.*)$/m.exec(stdout) ?? [];
    if (letters === "" || letters.startsWith("Z")) return { state: "ended", command };
    return { state: letters.startsWith("T") ? "paused" : "running", command };
  } catch {
    return undefined;
  }
}
