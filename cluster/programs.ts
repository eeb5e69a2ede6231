/** Which programs the processes of a cluster run. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ClusterError } from "./cluster-error.js";

/** For each kind of process what comes after `node` on its command line, before its own arguments. */
export interface Programs {
  /** Then: `start --config FILE --json`. */
  readonly node: readonly string[];
  /** Then: `--cluster FILE [--owner PID]`. */
  readonly links: readonly string[];
}

/**
 * Many nodes share a machine here, and each would keep up to 48 MiB for young objects that it used once, while it loaded.
 * A third of that is plenty.
 */
const SMALL_YOUNG_GENERATION = "--max-semi-space-size=8";

/** The built ones: beside this file when it is itself built, else those of the last build. */
export function builtPrograms(): Programs {
  const here = fileURLToPath(import.meta.url);
  const own = dirname(here);
  const built = here.endsWith(".ts") ? join(own, "..", "dist", "cluster") : own;
  const node = join(built, "..", "src", "cli", "main.js");
  const links = join(built, "links-process.js");
  for (const path of [node, links]) {
    if (!existsSync(path)) throw new ClusterError("FAILED", `${path} is missing: run npm run build first`);
  }
  return { node: [SMALL_YOUNG_GENERATION, node], links: [SMALL_YOUNG_GENERATION, links] };
}
