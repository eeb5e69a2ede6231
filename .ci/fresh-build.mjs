// A vitest global setup: suites that start real processes run the built code, so it must be as new as the sources.
// Type errors do not stop it (the compiler emits anyway): the `types` check reports those.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export default function setup() {
  const changedMs = Math.max(...["src", "cluster", "bench"].map(newestMs));
  if (newestMs("dist") > changedMs) return;
  const build = spawnSync(join("node_modules", ".bin", "tsc"), ["-p", "tsconfig.build.json"], {
    encoding: "utf8",
  });
  if (build.error) throw build.error;
  if (newestMs("dist") <= changedMs) throw new Error(`nothing was built:\n${build.stdout}${build.stderr}`);
}

/** When the folder's newest file was written; 0 without any. @param {string} folder @returns {number} */
function newestMs(folder) {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}
