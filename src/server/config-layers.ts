/**
 * Reads the three places that settings come from, each into a layer of its own. A mistake is told by the name that
 * its author used: the key in the file, the variable, or the flag.
 */
import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { knownKeys, type Settings, scalarSettings, settingsSchema } from "./config-schema.js";
import { nearestName } from "./nearest-name.js";

/** Settings that cannot be used: `problems` has a sentence for each thing to correct. Nothing was started. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** The settings of a YAML file, or of a JSON file if its name says so. Throws `ConfigError` with file, line and key. */
export async function readConfigFile(file: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new ConfigError([
      `${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
  const content = file.endsWith(".json") ? parseJson(text, file) : await parseYaml(text, file);
  return validateLayer(content ?? {}, (path) => (path === "" ? file : `${file}: ${path}`));
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError([`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

async function parseYaml(text: string, file: string): Promise<unknown> {
  // Loaded when there is YAML: a start does not wait for it otherwise.
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map((error) => `${file}: ${error.message.split("\n")[0]}`));
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError([`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** Settings as a program gives them, in the shape of the file. Throws `ConfigError`. */
export function readSettings(content: unknown): Settings {
  return validateLayer(content, (path) => (path === "" ? "settings" : path));
}

/** Settings as the command's flags give them, in the shape of the file. Throws `ConfigError`. */
export function readFlags(flags: unknown): Settings {
  return validateLayer(flags, (path) => `--${path.replace(/^listen\./, "")}`);
}

/**
 * Settings from the environment: `ATOLL_` and the path of a scalar in capitals (`ATOLL_LIMITS_KEY_BYTES`). Other
 * `ATOLL_` variables belong to other commands, unless they look like a mistyped setting. Throws `ConfigError`.
 */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Settings {
  const settings = new Map(scalarSettings().map((setting) => [variableOf(setting.path.join(".")), setting]));
  const content: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith("ATOLL_")) continue;
    const setting = settings.get(variable);
    if (setting !== undefined) {
      setAt(content, setting.path, scalarFrom(text, setting.kind));
      continue;
    }
    const meant = mistypedVariable(variable, [...settings.keys()]);
    if (meant !== undefined) problems.push(`${variable}: unknown setting; did you mean ${meant}?`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return validateLayer(content, variableOf);
}

function variableOf(path: string): string {
  return `ATOLL_${path.replaceAll(".", "_").toUpperCase()}`;
}

/** Only near misses count: a variable of another command is no mistake. */
function mistypedVariable(variable: string, known: readonly string[]): string | undefined {
  const bare = variable.slice("ATOLL_".length);
  const meant = nearestName(
    bare,
    known.map((name) => name.slice("ATOLL_".length)),
  );
  if (meant === undefined || bare.length < 4 || Math.abs(meant.length - bare.length) > 2) return undefined;
  return `ATOLL_${meant}`;
}

/** What is no number or boolean stays text, so that the schema can say what it expected. */
function scalarFrom(text: string, kind: "text" | "number" | "boolean"): unknown {
  if (kind === "number" && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** Settings are at most two deep: a scalar, or a scalar in a section. */
function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [section, key] = path;
  if (section === undefined) return;
  if (key === undefined) target[section] = value;
  else target[section] = { ...(target[section] ?? {}), [key]: value };
}

function validateLayer(content: unknown, nameOf: (path: string) => string): Settings {
  const result = settingsSchema.safeParse(content);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.flatMap((issue) => describeIssue(issue, nameOf)));
}

function describeIssue(issue: z.core.$ZodIssue, nameOf: (path: string) => string): string[] {
  if (issue.code !== "unrecognized_keys") {
    return [`${nameOf(formatPath(issue.path))}: ${issue.message.replace(/^Invalid (input|option): /, "")}`];
  }
  return issue.keys.map((key) => {
    const nearest = nearestName(key, knownKeys(issue.path));
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    return `${nameOf(formatPath([...issue.path, key]))}: unknown setting${hint}`;
  });
}

/** `cluster.members[0].id` */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`,
    )
    .join("");
}
