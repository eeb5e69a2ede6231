/**
 * A mount namespace of the program's own: what it mounts, nobody else sees, and it is gone when the last process in it
 * is, however that ended. No rights are needed where the system lets users have namespaces.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FullDiskMeans } from "./full-disk.js";

const run = promisify(execFile);
const UNSHARE = ["--map-root-user", "--mount"];

/** The best that this system allows. */
export async function possibleMeans(): Promise<FullDiskMeans> {
  if (await canMount()) return "small folders";
  return (await succeeds("prlimit", ["--fsize", "--pid", String(process.pid)])) ? "file sizes" : "none";
}

async function canMount(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "atoll-mount-"));
  try {
    return await succeeds("unshare", [...UNSHARE, "mount", "-t", "tmpfs", "tmpfs", folder]);
  } finally {
    rmdirSync(folder);
  }
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return await run(program, args).then(
    () => true,
    () => false,
  );
}

/** Runs this program again in a namespace of its own, with `added` after its arguments; resolves to its exit code. */
export async function runInNamespace(added: readonly string[]): Promise<number> {
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1), ...added];
  const child = spawn("unshare", [...UNSHARE, ...self], { stdio: "inherit" });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  // A terminal sends SIGINT to the child, too.
  const ignore = () => {};
  process.on("SIGTERM", pass).on("SIGINT", ignore);
  try {
    const [code] = await once(child, "exit");
    return typeof code === "number" ? code : 1;
  } finally {
    process.off("SIGTERM", pass).off("SIGINT", ignore);
  }
}
