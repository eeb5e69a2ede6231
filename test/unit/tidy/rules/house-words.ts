/** Names, sizes and words that the house does not have. */
import { maskCode } from "./code-mask.js";
import { type Finding, lineAt, type Sources } from "./finding.js";
import { isExample, isProductCode, isTestCode } from "./places.js";

const MAX_LINES = 350;

interface BannedWord {
  readonly rule: string;
  readonly pattern: RegExp;
  /** Search the code alone, or comments and strings too. */
  readonly where: "code" | "text";
  readonly applies: (path: string) => boolean;
  readonly message: string;
}

/** The rules and their own tests have to name what they ban. */
const isTidy = (path: string) => path.startsWith("test/unit/tidy/");
const isOurs = (path: string) =>
  /^(?:src|cluster|bench|examples|test|proto|\.ci)\//.test(path) && !isTidy(path);
const isLibrary = (path: string) => isProductCode(path) && /^src\/(?!cli\/)/.test(path);

const BANNED_WORDS: readonly BannedWord[] = [
  {
    rule: "unfinished",
    pattern: /\b(?:TODO|FIXME|XXX)\b/g,
    where: "text",
    applies: isOurs,
    message: "finish it, or take the note out",
  },
  {
    rule: "console",
    pattern: /(?<![.\w$])console\s*[.[]/g,
    where: "code",
    applies: (path) => isLibrary(path) || (isTestCode(path) && !isTidy(path)),
    message: "log through the runtime's Log; only commands print",
  },
  {
    rule: "as-any",
    pattern: /\bas\s+any\b|<any>/g,
    where: "code",
    applies: isOurs,
    message: "say the type, or check the value",
  },
  {
    rule: "silenced-compiler",
    pattern: /@ts-(?:ignore|nocheck)\b/g,
    where: "text",
    applies: isOurs,
    message: "fix what the compiler says",
  },
  {
    rule: "silenced-compiler",
    pattern: /@ts-expect-error\b/g,
    where: "text",
    applies: (path) => isOurs(path) && !isTestCode(path),
    message: "fix what the compiler says; only a test may expect an error",
  },
  {
    rule: "silenced-linter",
    pattern: /biome-ignore(?![^\n]*:\s*(?!<explanation>)[^\s:][^\n]{9,})/g,
    where: "text",
    applies: isOurs,
    message: "say after a colon why the linter is wrong here",
  },
  {
    rule: "machine-path",
    pattern: /(?<![\w.)}*])\/(?:home|root|Users)\/\w/g,
    where: "text",
    applies: isOurs,
    message: "name no folder of one machine",
  },
];

export function houseWords(sources: Sources): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of sources) {
    const relevant = BANNED_WORDS.filter((word) => word.applies(path));
    if (relevant.length === 0) continue;
    const { codeOnly } = maskCode(text);
    for (const { rule, pattern, where, message } of relevant) {
      for (const match of (where === "code" ? codeOnly : text).matchAll(pattern)) {
        findings.push({ path, line: lineAt(text, match.index), rule, message: `"${match[0]}": ${message}` });
      }
    }
  }
  return findings;
}

/** A file's name says its domain, and it fits in a head. */
export function houseFiles(sources: Sources): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of sources) {
    if (!isProductCode(path) && !isExample(path) && !isTestCode(path)) continue;
    const complain = (rule: string, line: number, message: string) =>
      findings.push({ path, line, rule, message });
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (/(?:^|-)(?:utils?|helpers?|managers?)\b|^types\./.test(name)) {
      complain("file-name", 1, `"${name}" says nothing: name it for its domain`);
    }
    if (!/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.ts$/.test(name))
      complain("file-name", 1, `"${name}" is not kebab-case`);
    if (isTestCode(path)) continue;
    const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
    if (lines > MAX_LINES) {
      complain(
        "file-length",
        MAX_LINES + 1,
        `${lines} lines, more than ${MAX_LINES}: it holds more than one idea`,
      );
    }
    if (name === "index.ts" && !/^\/\*\*[\s*]*[^\s*/]/.test(text)) {
      complain("door-sentence", 1, "open with a doc comment that says what this folder is for");
    }
  }
  return findings;
}
