/** Reads the repository that these tests stand in. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Sources } from "./rules/finding.js";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const FOLDERS = ["src", "cluster", "bench", "examples", "test", "proto", ".ci"];
const TEXT_FILES = /\.(?:ts|mjs|js|proto|json|ya?ml|md|html|css|sh)$/;

export function readRepository(): Sources {
  const sources = new Map([["package.json", readFileSync(join(ROOT, "package.json"), "utf8")]]);
  for (const folder of FOLDERS.filter((name) => existsSync(join(ROOT, name)))) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || !TEXT_FILES.test(entry.name)) continue;
      sources.set(relative(ROOT, path).split(sep).join("/"), readFileSync(path, "utf8"));
    }
  }
  return sources;
}
