/** What a module imports and exports, found by pattern in its masked code. */
import { maskCode } from "./code-mask.js";
import { lineAt, type Sources } from "./finding.js";

export interface ImportedModule {
  readonly specifier: string;
  readonly line: number;
  /**
   * The imported names as the other module calls them; "all" for a namespace or a dynamic import; none for a bare
   * import and for `export *`, which takes nothing for itself.
   */
  readonly names: readonly string[] | "all";
}

export interface ExportedName {
  readonly name: string;
  readonly line: number;
}

export interface ScannedModule {
  readonly imports: readonly ImportedModule[];
  readonly exports: readonly ExportedName[];
  /** `export * from` these. */
  readonly starExports: readonly string[];
  /** `.js` files named in strings, relative to this one: workers and child processes are started by such a name. */
  readonly mentions: readonly string[];
}

const IMPORT_OR_EXPORT_FROM =
  /(?<![.\w$])(?:import|export)\b\s*(?:type\b\s*)?((?:[\w$]+\s*,?\s*)?(?:\{[^{}]*\}|\*(?:\s*as\s+[\w$]+)?)?)\s*\bfrom\s*["']/g;
const SIDE_EFFECT_IMPORT = /(?<![.\w$])import\s*["']/g;
const DYNAMIC_IMPORT = /(?<![.\w$])import\s*\(\s*["'`]/g;
/** A file of a package that is read and not run. */
const RESOLVED = /\bcreateRequire\([^()]*\)\.resolve\(\s*["'`]/g;
const DECLARED_EXPORT =
  /(?<![.\w$])export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|var|function\s*\*?|class|interface|type|enum|namespace)\s+([A-Za-z_$][\w$]*)/g;
const EXPORT_LIST = /(?<![.\w$])export\s+(?:type\s+)?\{([^{}]*)\}/g;
const EXPORT_PATTERN = /(?<![.\w$])export\s+(?:const|let|var)\s+[{[]([^=]*?)[}\]]\s*=/g;
const DEFAULT_EXPORT = /(?<![.\w$])export\s+default\b/g;
const MENTION = /["'`](?:\.\/)?([\w./-]+\.js)["'`]/g;

/** One scan a text, however many rules ask. */
const scans = new Map<string, ScannedModule>();

export function scanModule(text: string): ScannedModule {
  const known = scans.get(text);
  if (known !== undefined) return known;
  const scanned = scanAnew(text);
  scans.set(text, scanned);
  return scanned;
}

function scanAnew(text: string): ScannedModule {
  const { codeOnly, withoutComments } = maskCode(text);
  const imports: ImportedModule[] = [];
  const starExports: string[] = [];
  const found = (match: RegExpExecArray, names: readonly string[] | "all"): string => {
    const specifier = quotedAt(text, match.index + match[0].length - 1);
    imports.push({ specifier, line: lineAt(text, match.index), names });
    return specifier;
  };
  for (const match of codeOnly.matchAll(IMPORT_OR_EXPORT_FROM)) {
    const clause = (match[1] ?? "").trim();
    if (clause === "*") starExports.push(found(match, []));
    else found(match, namesTaken(clause));
  }
  for (const match of codeOnly.matchAll(SIDE_EFFECT_IMPORT)) found(match, []);
  for (const match of codeOnly.matchAll(DYNAMIC_IMPORT)) found(match, "all");
  for (const match of codeOnly.matchAll(RESOLVED)) found(match, []);
  return {
    imports,
    exports: exportedNames(codeOnly),
    starExports,
    mentions: [...withoutComments.matchAll(MENTION)].map((match) => `./${match[1]}`),
  };
}

function exportedNames(code: string): ExportedName[] {
  const names: ExportedName[] = [];
  const add = (name: string, offset: number) => names.push({ name, line: lineAt(code, offset) });
  for (const match of code.matchAll(DECLARED_EXPORT)) add(match[1] ?? "", match.index);
  for (const match of code.matchAll(DEFAULT_EXPORT)) add("default", match.index);
  for (const pattern of [EXPORT_LIST, EXPORT_PATTERN]) {
    for (const match of code.matchAll(pattern)) {
      let offset = match.index + match[0].indexOf(match[1] ?? "");
      for (const part of (match[1] ?? "").split(",")) {
        const name =
          part
            .trim()
            .split(/\s+as\s+|\s*:\s*/)
            .at(-1)
            ?.replace(/^type\s+/, "") ?? "";
        if (name !== "") add(name, offset + part.search(/\S/));
        offset += part.length + 1;
      }
    }
  }
  return names;
}

/** `a, { b as c, type d }` takes default, b and d. */
function namesTaken(clause: string): readonly string[] | "all" {
  if (clause.includes("*")) return "all";
  const braced = /\{([^{}]*)\}/.exec(clause)?.[1] ?? "";
  const names = braced
    .split(",")
    .map(
      (part) =>
        part
          .trim()
          .replace(/^type\s+/, "")
          .split(/\s+as\s+/)[0] ?? "",
    )
    .filter((name) => name !== "");
  const hasDefault = /^[A-Za-z_$]/.test(clause.trim());
  return hasDefault ? ["default", ...names] : names;
}

function quotedAt(text: string, open: number): string {
  const quote = text[open] ?? '"';
  return text.slice(open + 1, text.indexOf(quote, open + 1));
}

/** The repository's file that a relative specifier means, or undefined for packages and for what is not there. */
export function resolveImport(sources: Sources, importer: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const parts = importer.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  const path = parts.join("/");
  return [path.replace(/\.js$/, ".ts"), path].find((candidate) => sources.has(candidate));
}
