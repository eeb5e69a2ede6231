/**
 * Makes a program of the TypeScript examples of a document. The first opens it, and each of the others is a function of its
 * own that sees what the first one made. Lines say after an arrow what is logged there, or what their expression comes to:
 *
 *     await views.get("home"); // → 2
 *     for await (const tag of tags) console.log(tag); // → "crdt", "geo"
 *
 * The program prints, for each such line, what was expected and what came.
 */
interface Example {
  /** Of its first line in the document, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

const FENCED = /^```ts\n(.*?)^```$/gms;
const EXPECTATION = /^(?<indent>\s*)(?<code>.*?)\s*\/\/ → (?<expected>.+)$/;

/** @throws Error for an example that compares nothing, and so could not fail */
export function programOf(document: string): string {
  const [first, ...others] = examplesOf(document);
  if (first === undefined) throw new Error("the document has no example");
  const expectations: string[] = [];
  const opening = instrumented(first, expectations);
  const bodies = others.map(
    (example) => `await (async () => {\n${instrumented(example, expectations)}\n})();`,
  );
  const imports = opening.match(/^import .*$/gm) ?? [];
  return `
${imports.join("\n")}
const logged = new Map<number, unknown[]>();
function log(line: number, ...values: readonly unknown[]): void {
  logged.set(line, [...(logged.get(line) ?? []), ...values]);
}
async function main(): Promise<void> {
${opening.replaceAll(/^import .*$/gm, "")}
${bodies.join("\n")}
}
await main();
const expected: readonly (readonly [line: number, values: readonly unknown[]])[] = [
${expectations.join("\n")}
];
for (const [line, values] of expected)
  console.log(JSON.stringify({ line, expected: inspect(values, { depth: 9 }), came: inspect(logged.get(line) ?? [], { depth: 9 }) }));
`.replace("\n", '\nimport { inspect } from "node:util";\n');
}

function examplesOf(document: string): Example[] {
  return [...document.matchAll(FENCED)].map(({ 1: code = "", index }) => ({
    line: document.slice(0, index).split("\n").length + 1,
    lines: code.trimEnd().split("\n"),
  }));
}

function instrumented({ line: firstLine, lines }: Example, expectations: string[]): string {
  const before = expectations.length;
  const code = lines.map((text, at) => {
    const line = firstLine + at;
    const { indent = "", code: statement = "", expected } = EXPECTATION.exec(text)?.groups ?? {};
    if (expected === undefined) {
      if (text.includes("console.log(")) throw new Error(`line ${line} logs, and does not say what: // → …`);
      return text;
    }
    expectations.push(`[${line}, [${expected}]],`);
    if (statement.includes("console.log("))
      return `${indent}${statement.replace("console.log(", `log(${line}, `)}`;
    return `${indent}log(${line}, ${statement.replace(/;$/, "")});`;
  });
  if (expectations.length === before) throw new Error(`the example in line ${firstLine} compares nothing`);
  return code.join("\n");
}
