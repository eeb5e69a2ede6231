/**
 * The grammar of `atoll`: every verb, each in a module of its own that is loaded only when it is asked for, so that a
 * `get` does not wait for a server to load, nor a node for the clients.
 */
import { Command, CommanderError } from "commander";
import { CommandFailure, EXIT, type ExitCode, printDocument, report } from "./failure.js";
import { packageVersion } from "./package-version.js";

interface Verb {
  readonly name: string;
  /** Its line in the list of verbs. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const VERBS: readonly Verb[] = [
  {
    name: "start",
    summary: "run one node in the foreground",
    load: async () => (await import("./start-command.js")).startCommand(),
  },
  {
    name: "cluster",
    summary: "run a local multi-region cluster, and break it on purpose",
    load: async () => (await import("./cluster-command.js")).clusterCommand(),
  },
  {
    name: "get",
    summary: "read a key",
    load: async () => (await import("./key-commands.js")).getCommand(),
  },
  {
    name: "put",
    summary: "write a key",
    load: async () => (await import("./key-commands.js")).putCommand(),
  },
  {
    name: "delete",
    summary: "delete a key",
    load: async () => (await import("./key-commands.js")).deleteCommand(),
  },
  {
    name: "counter",
    summary: "count: add, subtract, get, clear",
    load: async () => (await import("./counter-command.js")).counterCommand(),
  },
  {
    name: "flag",
    summary: "switch flags on and off",
    load: async () => (await import("./flag-command.js")).flagCommand(),
  },
  {
    name: "set",
    summary: "add members to sets, remove them, list them",
    load: async () => (await import("./set-command.js")).setCommand(),
  },
  {
    name: "map",
    summary: "change and read maps by path",
    load: async () => (await import("./map-command.js")).mapCommand(),
  },
  {
    name: "scan",
    summary: "list the keys of a bucket in order, with their values",
    load: async () => (await import("./scan-command.js")).scanCommand(),
  },
  {
    name: "watch",
    summary: "follow the changes of a bucket as they come",
    load: async () => (await import("./watch-command.js")).watchCommand(),
  },
  {
    name: "import",
    summary: "write many keys from JSON lines",
    load: async () => (await import("./import-command.js")).importCommand(),
  },
  {
    name: "export",
    summary: "read a bucket, or some of its keys, into JSON lines",
    load: async () => (await import("./export-command.js")).exportCommand(),
  },
  {
    name: "admin",
    summary: "look into nodes: status, replication lag, digests; repair",
    load: async () => (await import("./admin-command.js")).adminCommand(),
  },
  {
    name: "bench",
    summary: "put load on a cluster, and measure it",
    load: async () => (await import("./bench-command.js")).benchCommand(),
  },
  {
    name: "sim",
    summary: "run whole clusters on virtual time under random faults",
    load: async () => (await import("./sim-command.js")).simCommand(),
  },
  {
    name: "demo",
    summary: "three regions, a cut between them, and the same data again",
    load: async () => (await import("./demo-command.js")).demoCommand(),
  },
];

const EXIT_CODES = `
Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 unavailable.
With --json there is one JSON document on stdout; messages go to stderr.`;

/** Runs the command line; resolves with the exit code. Never rejects. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  try {
    const program = await buildProgram(args);
    await program.parseAsync(args, { from: "user" });
    // A verb that did its work and has bad news sets the code itself.
    return exitCodeOf(process.exitCode);
  } catch (thrown) {
    return tell(thrown, isJsonAsked(args));
  }
}

async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("atoll")
    .description("AtollDB: write anywhere, converge everywhere.")
    .version(packageVersion(), "-V, --version", "print the version")
    .addHelpText("after", EXIT_CODES);
  const asked = askedVerb(args);
  for (const { name, summary, load } of VERBS) {
    const command = name === asked ? await load() : new Command(name).description(summary);
    program.addCommand(command.summary(summary));
  }
  obeyHouseRules(program, "atoll");
  return program;
}

/** The verb that the command line is about: `atoll get …`, `atoll help get`. */
function askedVerb(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith("-"));
  return first === "help" ? second : first;
}

/** What commander hands on only to the commands that it makes itself. */
function obeyHouseRules(command: Command, path: string): void {
  command.exitOverride().showHelpAfterError(`see: ${path} --help`);
  for (const child of command.commands) obeyHouseRules(child, `${path} ${child.name()}`);
}

function tell(thrown: unknown, isJson: boolean): ExitCode {
  if (thrown instanceof CommandFailure) return report(thrown, isJson);
  if (thrown instanceof CommanderError) {
    // Commander itself has said on stderr what is wrong; help and version are no errors.
    if (thrown.exitCode === 0) return EXIT.ok;
    const message = thrown.message.replace(/^error: /, "").replace("(outputHelp)", "the verb is missing");
    const usage = new CommandFailure({ exitCode: EXIT.usage, code: "USAGE", message });
    if (isJson) printDocument(usage.document);
    return usage.exitCode;
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const defect = new CommandFailure({
    exitCode: EXIT.failed,
    code: "INTERNAL",
    message: `a defect of atoll: ${error.message}`,
    advice: error.stack,
  });
  return report(defect, isJson);
}

function isJsonAsked(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).includes("--json");
}

function exitCodeOf(code: unknown): ExitCode {
  return Object.values(EXIT).find((known) => known === code) ?? EXIT.ok;
}
