/** A file that no entry point reaches is dead: nobody runs it, everybody reads it. */
import type { Finding, Sources } from "./finding.js";
import { resolveImport, scanModule } from "./module-scan.js";
import { isProductCode } from "./places.js";

/** Started by tests and tools rather than by the package's own commands. */
const OWN_ENTRIES = ["src/runtime/simulated/index.ts", "src/simulator/index.ts"];

/**
 * Reached: what the package's commands, exports and scripts name, what that imports, and the worker and process files
 * that it names in a string.
 */
export function deadFiles(sources: Sources): Finding[] {
  const reached = new Set([...packageEntries(sources), ...OWN_ENTRIES].filter((path) => sources.has(path)));
  for (const path of reached) {
    const { imports, mentions } = scanModule(sources.get(path) ?? "");
    for (const specifier of [...imports.map((imported) => imported.specifier), ...mentions]) {
      const target = resolveImport(sources, path, specifier);
      if (target !== undefined) reached.add(target);
    }
  }
  return [...sources.keys()]
    .filter((path) => isProductCode(path) && !reached.has(path))
    .map((path) => ({
      path,
      line: 1,
      rule: "dead-file",
      message: "no entry point of package.json reaches this file",
    }));
}

/** Every `dist/….js` that package.json names, as the source it is built from. */
export function packageEntries(sources: Sources): string[] {
  const manifest = sources.get("package.json") ?? "";
  return [...manifest.matchAll(/\bdist\/([\w./-]+)\.js\b/g)].map((match) => `${match[1]}.ts`);
}
