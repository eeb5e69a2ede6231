/** Runs seeds of one copy of the sources in a process of its own, bounded in time and memory. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import { ROOT, type SourceCopy } from "./source-copy.js";

/** A run takes about a second; a mutant may make it run in circles. */
const SEED_MS_MAX = 120_000;
const HEAP_MB_MAX = 1_024;
const COMPLAINT_CHARS_MAX = 2_000;

const LINE = z.object({
  seed: z.number(),
  violation: z.object({ invariant: z.string(), message: z.string() }).optional(),
});

export interface Breach {
  readonly seed: number;
  /** As the simulator names it, or `hangs` or `crashes` for a run that did not come to an end. */
  readonly invariant: string;
  readonly message: string;
}

/** The first seed that breaks a promise; undefined when all keep them. */
export async function sweep(
  copy: SourceCopy,
  seeds: { readonly first: number; readonly last: number },
  signal: AbortSignal,
): Promise<Breach | undefined> {
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MB_MAX}`,
      "--import",
      "tsx",
      copy.worker,
      String(seeds.first),
      String(seeds.last),
    ],
    { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
  );
  const stop = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", stop);
  let hangs = false;
  const giveUp = (): void => {
    hangs = true;
    stop();
  };
  let patience = setTimeout(giveUp, SEED_MS_MAX);
  let done = seeds.first - 1;
  let breach: Breach | undefined;
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-COMPLAINT_CHARS_MAX);
  });
  createInterface({ input: child.stdout }).on("line", (text) => {
    const { seed, violation } = LINE.parse(JSON.parse(text));
    done = seed;
    if (violation !== undefined) breach = { seed, ...violation };
    clearTimeout(patience);
    patience = setTimeout(giveUp, SEED_MS_MAX);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => {
    clearTimeout(patience);
    signal.removeEventListener("abort", stop);
  });
  signal.throwIfAborted();
  if (breach !== undefined || (code === 0 && done === seeds.last)) return breach;
  if (hangs) return { seed: done + 1, invariant: "hangs", message: `no end within ${SEED_MS_MAX} ms` };
  return { seed: done + 1, invariant: "crashes", message: complaints };
}
