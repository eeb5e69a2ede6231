/**
 * What `import "atolldb"` loads: everything that the client's door reaches, whoever imports it. The folder rule looks
 * at one import; this follows them to the packages at their end.
 */
import type { Finding, Sources } from "./finding.js";
import { resolveImport, scanModule } from "./module-scan.js";
import { partOf, partsUsedBy } from "./places.js";

const CLIENT_DOOR = "src/client/index.ts";

/** Packages that only a server needs: some hold native code that a browser bundle or a function cannot load. */
const SERVER_PACKAGES = [
  "@grpc/reflection",
  "abstract-level",
  "classic-level",
  "commander",
  "grpc-health-check",
  "level",
  "pino",
  "prom-client",
  "yaml",
];

export function clientReach(sources: Sources): Finding[] {
  if (!sources.has(CLIENT_DOOR)) {
    return [
      { path: CLIENT_DOOR, line: 1, rule: "client-reach", message: "the package's main door is missing" },
    ];
  }
  const safeParts = ["client", ...(partsUsedBy("client") ?? [])];
  const findings: Finding[] = [];
  const seen = new Set([CLIENT_DOOR]);
  for (const path of seen) {
    for (const { specifier, line } of scanModule(sources.get(path) ?? "").imports) {
      const complain = (message: string) => findings.push({ path, line, rule: "client-reach", message });
      const target = resolveImport(sources, path, specifier);
      if (target === undefined) {
        if (SERVER_PACKAGES.includes(specifier))
          complain(`the client loads ${specifier} through this import`);
      } else if (!safeParts.includes(partOf(target))) {
        complain(`the client loads ${target} through this import`);
      } else {
        seen.add(target);
      }
    }
  }
  return findings;
}
