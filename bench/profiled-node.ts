/**
 * Loaded into a node before its own program: one SIGUSR2 begins a profile, the next one ends it and writes it beside the
 * node's settings.
 */
import { renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROFILE_FILE, Profiler } from "./profiler.js";

let profiler: Profiler | undefined;

async function turn(): Promise<void> {
  const running = profiler;
  if (running === undefined) {
    profiler = await Profiler.start();
    return;
  }
  profiler = undefined;
  const settings = process.argv[process.argv.indexOf("--config") + 1];
  if (settings === undefined) return;
  const file = join(dirname(settings), PROFILE_FILE);
  // Whoever waits for it finds it whole.
  writeFileSync(`${file}.part`, JSON.stringify(await running.stop()));
  renameSync(`${file}.part`, file);
}

if (process.argv.includes("--config"))
  process.on("SIGUSR2", () => {
    turn().catch((error: unknown) => process.stderr.write(`no profile: ${String(error)}\n`));
  });
