/** The package installs what its code imports: no more, and nothing that only its tests have. */
import type { Finding, Sources } from "./finding.js";
import { scanModule } from "./module-scan.js";
import { isGenerated, isProductCode } from "./places.js";

export function dependencies(sources: Sources): Finding[] {
  const manifest = sources.get("package.json") ?? "{}";
  const declared = declaredDependencies(manifest);
  const findings: Finding[] = [];
  const used = new Set<string>();
  for (const [path, text] of sources) {
    if (!isProductCode(path) && !isGenerated(path)) continue;
    for (const { specifier, line } of scanModule(text).imports) {
      if (/^(?:\.|node:)/.test(specifier)) continue;
      const name = packageOf(specifier);
      used.add(name);
      if (declared.has(name)) continue;
      const message = `"${name}" is not among the dependencies of package.json`;
      findings.push({ path, line, rule: "undeclared-dependency", message });
    }
  }
  for (const [name, line] of declared) {
    if (used.has(name)) continue;
    findings.push({
      path: "package.json",
      line,
      rule: "dead-dependency",
      message: `nothing imports "${name}"`,
    });
  }
  return findings;
}

/** Name to its line. */
function declaredDependencies(manifest: string): Map<string, number> {
  const lines = manifest.split("\n");
  const start = lines.findIndex((line) => /^\s*"dependencies"\s*:/.test(line));
  const declared = new Map<string, number>();
  for (let i = start + 1; start !== -1 && i < lines.length && !lines[i]?.includes("}"); i++) {
    const name = /^\s*"([^"]+)"\s*:/.exec(lines[i] ?? "")?.[1];
    if (name !== undefined) declared.set(name, i + 1);
  }
  return declared;
}

/** `@scope/name/inner` is package `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
