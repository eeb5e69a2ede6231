/**
 * Blanks what is not code, so that a rule can search code by pattern without finding its words in prose. Every offset
 * and every line stays where it was. A tolerant scanner, not a parser: the compiler in use has no API to ask.
 */
export interface CodeMask {
  /** The text without comments. */
  readonly withoutComments: string;
  /** Without comments, and without what stands inside strings, templates and regular expressions; quotes stay. */
  readonly codeOnly: string;
}

/** After one of these words a slash opens a regular expression, not a division. */
const WORDS_BEFORE_REGEX = new Set(
  "return typeof case in of delete void throw new else do await yield".split(" "),
);
const MARKS_BEFORE_REGEX = "(,=:[!&|?{};+-*%<>~^";

export function maskCode(text: string): CodeMask {
  const withoutComments = text.split("");
  const codeOnly = text.split("");
  /** For each template literal that is open around us: the depth of braces inside its `${`. */
  const templateDepths: number[] = [];
  let previous = "";
  let at = 0;

  function blank(target: string[], from: number, to: number): void {
    for (let i = from; i < to; i++) if (target[i] !== "\n") target[i] = " ";
  }
  function skipComment(end: number): void {
    blank(withoutComments, at, end);
    blank(codeOnly, at, end);
    at = end;
  }
  function skipQuoted(end: number): void {
    blank(codeOnly, at + 1, end - 1);
    previous = text[end - 1] ?? "";
    at = end;
  }
  /** From the character after a backtick or a closing brace, to the end of this stretch of template text. */
  function skipTemplateText(): void {
    const from = at;
    while (at < text.length && text[at] !== "`" && !text.startsWith("${", at))
      at += text[at] === "\\" ? 2 : 1;
    blank(codeOnly, from, Math.min(at, text.length));
    if (text[at] === "`") {
      previous = "`";
      at += 1;
    } else {
      templateDepths.push(0);
      previous = "{";
      at += 2;
    }
  }

  while (at < text.length) {
    const here = text[at] ?? "";
    const pair = text.slice(at, at + 2);
    const depth = templateDepths.at(-1);
    if (pair === "//" || (at === 0 && pair === "#!")) skipComment(endOr(text.indexOf("\n", at), text));
    else if (pair === "/*") skipComment(Math.min(text.length, endOr(text.indexOf("*/", at + 2), text) + 2));
    else if (here === '"' || here === "'") skipQuoted(endOfQuoted(text, at));
    else if (here === "/" && opensRegex(text, at, previous)) skipQuoted(endOfRegex(text, at));
    else if (here === "`") {
      at++;
      skipTemplateText();
    } else if (here === "}" && depth === 0) {
      templateDepths.pop();
      at++;
      skipTemplateText();
    } else {
      if (depth !== undefined && here === "{") templateDepths.push((templateDepths.pop() ?? 0) + 1);
      if (depth !== undefined && here === "}") templateDepths.push((templateDepths.pop() ?? 1) - 1);
      if (here.trim() !== "") previous = here;
      at++;
    }
  }
  return { withoutComments: withoutComments.join(""), codeOnly: codeOnly.join("") };
}

function endOr(found: number, text: string): number {
  return found === -1 ? text.length : found;
}

/** Just past the closing quote, or the end of the line when it never closes. */
function endOfQuoted(text: string, open: number): number {
  const quote = text[open];
  let at = open + 1;
  while (at < text.length && text[at] !== quote && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1;
  return Math.min(text.length, at + 1);
}

/** Just past the closing slash; a slash inside a class such as `[/]` does not close. */
function endOfRegex(text: string, open: number): number {
  let at = open + 1;
  let isInClass = false;
  while (at < text.length && text[at] !== "\n" && (isInClass || text[at] !== "/")) {
    if (text[at] === "[") isInClass = true;
    if (text[at] === "]") isInClass = false;
    at += text[at] === "\\" ? 2 : 1;
  }
  return Math.min(text.length, at + 1);
}

function opensRegex(text: string, at: number, previous: string): boolean {
  if (previous === "" || MARKS_BEFORE_REGEX.includes(previous)) return true;
  const word = /([A-Za-z_$][\w$]*)\s*$/.exec(text.slice(Math.max(0, at - 20), at))?.[1];
  return word !== undefined && WORDS_BEFORE_REGEX.has(word);
}
