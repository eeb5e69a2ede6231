/** What people import from the package says what it is: each export of its main door, and each public member of a class. */
import { type Finding, lineAt, type Sources } from "./finding.js";
import { resolveImport, scanModule } from "./module-scan.js";

const DOOR = "src/client/index.ts";
/** In a class: what others may call. Members begin at the first level of indentation, and overloads share a docstring. */
const METHOD = /^ {2}(?:static |async |get |override |\*)*(\[[\w.]+\]|[a-z]\w*)(?:<.*)?\(/;
/** Told by their protocols. */
const WELL_KNOWN = new Set(["constructor", "next", "[Symbol.asyncIterator]"]);

export function documented(sources: Sources): Finding[] {
  const findings: Finding[] = [];
  for (const { specifier, names } of scanModule(sources.get(DOOR) ?? "").imports) {
    const path = resolveImport(sources, DOOR, specifier);
    const text = path === undefined ? undefined : sources.get(path);
    if (path === undefined || text === undefined || names === "all") continue;
    const complain = (line: number, name: string) =>
      findings.push({ path, line, rule: "undocumented", message: `"${name}" is public: say what it is for` });
    for (const name of names) {
      const declared = declarationOf(name).exec(text);
      const line = declared === null ? 1 : lineAt(text, declared.index);
      const lines = text.split("\n");
      if (!isDocumented(lines, line)) complain(line, name);
      if (declared !== null && /\bclass\b/.test(declared[0]))
        for (const member of undocumentedMembers(lines, line)) complain(...member);
    }
  }
  return findings;
}

function declarationOf(name: string): RegExp {
  return new RegExp(
    `^export (?:abstract )?(?:async )?(?:class|interface|type|function|const) ${name}\\b`,
    "m",
  );
}

/** @param line from 1 */
function isDocumented(lines: readonly string[], line: number): boolean {
  return lines[line - 2]?.trimEnd().endsWith("*/") ?? false;
}

/** Line and name of each method of the class that begins in `first`. */
function undocumentedMembers(lines: readonly string[], first: number): [line: number, name: string][] {
  const end = lines.indexOf("}", first);
  const seen = new Set(WELL_KNOWN);
  const found: [number, string][] = [];
  for (let line = first + 1; line <= end; line += 1) {
    const name = METHOD.exec(lines[line - 1] ?? "")?.[1];
    if (name === undefined || seen.has(name)) continue;
    seen.add(name);
    if (!isDocumented(lines, line)) found.push([line, name]);
  }
  return found;
}
