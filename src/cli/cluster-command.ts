/** `atoll cluster`: local multi-region clusters, and faults to try on them. */
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { ClusterError, type ClusterErrorCode, LocalCluster, type Programs } from "../../cluster/index.js";
import { clusterDocument, clusterTable } from "./cluster-report.js";
import { clusterUp, type UpOptions } from "./cluster-up.js";
import { CommandFailure, EXIT, type ExitCode, printDocument, report } from "./failure.js";

/** Where a cluster is when nobody says: in the folder that the command is given in, and removed by `down`. */
const DEFAULT_DATA = join(".atoll", "cluster");

const EXIT_CODES: Readonly<Record<ClusterErrorCode, ExitCode>> = {
  FAILED: EXIT.failed,
  INVALID: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  UNAVAILABLE: EXIT.unavailable,
};

interface CommonOptions {
  readonly data?: string;
  readonly json?: boolean;
}

/** The command, to be added to a program. `programs` replaces what the processes of the cluster run. */
export function clusterCommand(programs?: Programs): Command {
  const command = new Command("cluster").description(
    "run a local multi-region cluster, and break it on purpose",
  );
  const open = (options: CommonOptions) => LocalCluster.open(options.data ?? DEFAULT_DATA, programs);

  verb(command, "up", "start a cluster; it stops with Ctrl-C, or with `down` when detached")
    .option("--regions <LIST>", "regions, with commas between (default us-east,eu-west,ap-northeast)", names)
    .option("--nodes <N>", "nodes in each region (default 3)", wholeNumber)
    .option("--wan", "delay and bandwidth between the regions as over the real distances")
    .option("--direct", "no links between the nodes: faster, but nothing can be partitioned")
    .option("--detach", "return as soon as it is ready, and leave it running")
    .option("--partitions <N>", "partitions, a power of two (default 256)", wholeNumber)
    .option("--replicas <N>", "copies in each region (default 3)", wholeNumber)
    .action((options: UpOptions) =>
      run(options, () => clusterUp(options, DEFAULT_DATA, (error) => fail(options, error), programs)),
    );

  verb(command, "status", "show its nodes and what is cut").action((options: CommonOptions) =>
    run(options, async () => {
      const cluster = open(options);
      const status = await cluster.status();
      if (options.json) printDocument(clusterDocument(cluster, status));
      else print(clusterTable(cluster, status));
    }),
  );

  verb(command, "down", "stop it; without --data at `up`, its data goes too").action(
    (options: CommonOptions) =>
      run(options, async () => {
        const cluster = open(options);
        await cluster.down();
        if (options.json) printDocument({ id: cluster.id, data: cluster.dataDir });
        else print("stopped");
      }),
  );

  addFaults(command, open);
  return command;
}

function addFaults(command: Command, open: (options: CommonOptions) => LocalCluster): void {
  /** Does it, and says what came of it. */
  const fault = (options: CommonOptions, said: string, act: (cluster: LocalCluster) => Promise<void>) =>
    run(options, async () => {
      const cluster = open(options);
      await act(cluster);
      if (options.json) printDocument(clusterDocument(cluster, await cluster.status()));
      else print(said);
    });
  const onNode = (
    name: string,
    description: string,
    done: string,
    act: (cluster: LocalCluster, node: string) => Promise<void>,
  ) =>
    verb(command, name, description)
      .argument("<NODE>", "a node, or a region for all its nodes")
      .action((node: string, options: CommonOptions) =>
        fault(options, `${node} ${done}`, (cluster) => act(cluster, node)),
      );

  onNode("kill", "kill a node at once (SIGKILL)", "is killed", (cluster, node) => cluster.kill(node));
  onNode("start", "start a node that does not run", "is ready", async (cluster, node) => {
    const { links } = await cluster.status();
    await cluster.start(node);
    if (links === "stopped")
      process.stderr.write("the links process was gone: it runs again, and nothing is cut any more\n");
  });
  onNode("pause", "freeze a node (SIGSTOP)", "is paused", (cluster, node) => cluster.pause(node));
  onNode("resume", "let a paused node go on", "goes on", async (cluster, name) => {
    const { nodes } = await cluster.status();
    const named = nodes.filter(({ id, region }) => id === name || region === name);
    const running = named.filter(({ pid }) => pid !== undefined);
    if (running.length > 0 && running.every(({ state }) => state !== "paused"))
      throw refused(`${name} is not paused`);
    await cluster.resume(name);
  });

  verb(command, "partition", "cut the links between two nodes or regions")
    .argument("<A>", "a node or a region")
    .argument("[B]", "a node or a region; without it, everybody else")
    .option("--one-way", "only what A sends to B is cut")
    .action((a: string, b: string | undefined, options: CommonOptions & { oneWay?: boolean }) => {
      const oneWay = options.oneWay ?? false;
      const said = `cut: ${a} ${oneWay ? "-->" : "<->"} ${b ?? "everybody else"}`;
      return fault(options, said, async (cluster) => {
        if (a === b) throw refused(`${a} cannot be cut from itself: name another node or region`);
        await cluster.partition(a, b, { oneWay });
      });
    });

  verb(command, "heal", "undo partitions: between A and B, between A and everybody else, or all")
    .argument("[A]", "a node or a region")
    .argument("[B]", "a node or a region")
    .action((a: string | undefined, b: string | undefined, options: CommonOptions) =>
      fault(options, "healed", async (cluster) => {
        const before = (await cluster.status()).cut.length;
        await cluster.heal(a, b);
        const isNamed = a !== undefined;
        if (isNamed && (await cluster.status()).cut.length === before)
          throw refused(`nothing is cut between ${a} and ${b ?? "everybody else"}`);
      }),
    );
}

/** What was asked for makes no sense as things are. */
function refused(message: string): ClusterError {
  return new ClusterError("INVALID", message);
}

/** A subcommand with the options that all of them have. */
function verb(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .option("--data <DIR>", `the cluster's folder (default ${DEFAULT_DATA})`)
    .option("--json", "print one JSON document");
}

/** Turns what a cluster refuses into a message and an exit code. */
async function run(options: CommonOptions, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    fail(options, error);
  }
}

function fail({ json }: CommonOptions, { code, message }: ClusterError): void {
  const failure = new CommandFailure({ exitCode: EXIT_CODES[code], code, message });
  process.exitCode = report(failure, json ?? false);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function names(list: string): string[] {
  return list.split(",").map((name) => name.trim());
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
  return Number(text);
}
