/**
 * An export that nobody imports is dead, or need not be an export. A door's export must serve another part or a test;
 * the doors of the package itself serve people whom we cannot see.
 */
import type { Finding, Sources } from "./finding.js";
import { resolveImport, scanModule } from "./module-scan.js";
import { isGenerated, isProductCode, isTestCode, partOf } from "./places.js";

const PUBLIC_DOORS = ["src/client/index.ts", "src/server/index.ts"];

export function deadExports(sources: Sources): Finding[] {
  const uses = collectUses(sources);
  const findings: Finding[] = [];
  for (const [path, text] of sources) {
    if (!isProductCode(path) || PUBLIC_DOORS.includes(path)) continue;
    for (const { name, line } of scanModule(text).exports) {
      const users = [...(uses.get(`${path} ${name}`) ?? []), ...(uses.get(`${path} *`) ?? [])];
      const isDoor = path.endsWith("/index.ts");
      if (users.some((user) => !isDoor || !isBehind(path, user))) continue;
      const missing = isDoor ? "no other part and no test imports it from this door" : "nothing imports it";
      findings.push({ path, line, rule: "dead-export", message: `"${name}" is exported, and ${missing}` });
    }
  }
  return findings;
}

/** `path name`, or `path *` for all names, to the files that import it. */
function collectUses(sources: Sources): Map<string, Set<string>> {
  const uses = new Map<string, Set<string>>();
  for (const [user, text] of sources) {
    if (!isProductCode(user) && !isGenerated(user) && !isTestCode(user)) continue;
    for (const { specifier, names } of scanModule(text).imports) {
      const target = resolveImport(sources, user, specifier);
      if (target === undefined) continue;
      for (const name of names === "all" ? ["*"] : names) {
        for (const path of [target, ...starTargets(sources, target)]) {
          const key = `${path} ${name}`;
          uses.set(key, (uses.get(key) ?? new Set()).add(user));
        }
      }
    }
  }
  return uses;
}

/** The files whose names `path` passes on with `export *`. */
function starTargets(sources: Sources, path: string): string[] {
  const targets = new Set<string>();
  const queue = [path];
  for (const from of queue) {
    for (const specifier of scanModule(sources.get(from) ?? "").starExports) {
      const target = resolveImport(sources, from, specifier);
      if (target === undefined || targets.has(target)) continue;
      targets.add(target);
      queue.push(target);
    }
  }
  return [...targets];
}

/** Whether the user stands in the part, or the folder, that the door belongs to. */
function isBehind(door: string, user: string): boolean {
  return partOf(door) === partOf(user) && user.startsWith(door.replace(/index\.ts$/, ""));
}
