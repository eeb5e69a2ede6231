/** The house's walls: a part imports only the parts that it may use, and only through their doors. */
import type { Finding, Sources } from "./finding.js";
import { type ImportedModule, resolveImport, scanModule } from "./module-scan.js";
import { doorOf, isExample, isProductCode, partOf, partsUsedBy } from "./places.js";

export function folderOrder(sources: Sources): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of sources) {
    if (!isProductCode(path) && !isExample(path)) continue;
    if (partsUsedBy(partOf(path)) === undefined) {
      findings.push(
        finding(path, 1, `the folder of this file is not in the order of folders: add it to places.ts`),
      );
      continue;
    }
    for (const imported of scanModule(text).imports) {
      const message = complaint(sources, path, imported);
      if (message !== undefined) findings.push(finding(path, imported.line, message));
    }
  }
  return findings;
}

function finding(path: string, line: number, message: string): Finding {
  return { path, line, rule: "folder-order", message };
}

function complaint(sources: Sources, path: string, { specifier }: ImportedModule): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const target = resolveImport(sources, path, specifier);
  if (target === undefined) return `"${specifier}" is not a file of this repository`;
  const [from, to] = [partOf(path), partOf(target)];
  const isInside = from === to || (to === "runtime" && from.startsWith("runtime/"));
  if (isInside) return undefined;
  const allowed = partsUsedBy(from) ?? [];
  if (!allowed.includes(to)) return `${from} may not import ${to}: only ${allowed.join(", ") || "nothing"}`;
  if (target !== doorOf(to)) return `${target} is inside ${to}: import it through ${doorOf(to)}`;
  return undefined;
}
