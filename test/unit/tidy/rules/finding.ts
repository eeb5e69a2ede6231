/** What every tidy rule reads and returns. Rules are pure, so that each can be shown a planted violation. */

/** Path from the repository's root, with `/`, to the file's text. */
export type Sources = ReadonlyMap<string, string>;

export interface Finding {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** Short and stable, such as `folder-order`. */
  readonly rule: string;
  /** What is wrong and what to do instead. */
  readonly message: string;
}

/** One finding a line, as editors and terminals make it a link. */
export function showFindings(findings: readonly Finding[]): string {
  return findings.map((f) => `${f.path}:${f.line} [${f.rule}] ${f.message}`).join("\n");
}

/** The line number of an offset in a text. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i !== -1 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}
