/** `atoll start`: one node in the foreground, until a signal stops it. */
import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { Command } from "commander";
import { AtollServer, ConfigError, loadConfig, type ServerConfig } from "../server/index.js";
import { EXIT, type ExitCode, failed, misused } from "./failure.js";
import { stopOnSignals } from "./stop-on-signals.js";

interface StartFlags {
  readonly config?: string;
  readonly node?: string;
  readonly region?: string;
  readonly zone?: string;
  readonly host?: string;
  readonly data?: string;
  readonly client?: string;
  readonly peer?: string;
  readonly admin?: string;
  readonly insecure?: boolean;
  readonly json?: boolean;
}

/** The command, to be added to a program. */
export function startCommand(): Command {
  return new Command("start")
    .description("run one node in the foreground; SIGTERM or Ctrl-C stops it, a second one at once")
    .option("--config <FILE>", "settings, as YAML or .json; flags and ATOLL_ variables win over it")
    .option("--node <ID>", "which member this node is")
    .option("--region <REGION>", "the region of a node that is a cluster of its own")
    .option("--zone <ZONE>", "its zone")
    .option("--host <HOST>", "its host")
    .option("--data <DIR>", "where the data is (default ./data)")
    .option("--client <ADDRESS>", "host:port for clients (default 127.0.0.1:7400)")
    .option("--peer <ADDRESS>", "host:port for the other nodes (default 127.0.0.1:7401)")
    .option("--admin <ADDRESS>", "host:port for /livez, /readyz and /metrics (default 127.0.0.1:7402)")
    .option("--insecure", "listen on other addresses than loopback without TLS")
    .option("--json", "print one JSON document once the node takes requests")
    .action(async (flags: StartFlags) => {
      // Not left to the event loop: a node that did not stop in time may still hold it.
      process.exit(await runNode(flags));
    });
}

/** Runs a node to its end; resolves with the exit code. Throws `CommandFailure` when it cannot start. */
async function runNode(flags: StartFlags): Promise<ExitCode> {
  // What gRPC would print of its own accord, this command says as errors: in one place, and with what to do.
  setLogVerbosity(logVerbosity.NONE);
  const starting = readConfig(flags).then((config) => AtollServer.start(config));
  const signals = stopOnSignals(process, async () => (await starting).stop());
  try {
    const server = await starting.catch(explainStart);
    process.stdout.write(`${flags.json === true ? documentOf(server) : lineOf(server)}\n`);
    const end = await server.ended;
    if (end.kind === "stopped") return EXIT.ok;
    process.stderr.write(`error: ${end.message}\n`);
    await server.stop();
    return EXIT.failed;
  } finally {
    signals.close();
  }
}

function explainStart(error: unknown): never {
  if (error instanceof ConfigError) throw misused(error.message);
  throw failed(error instanceof Error ? error.message : String(error));
}

function readConfig(flags: StartFlags): Promise<ServerConfig> {
  return loadConfig({
    ...(flags.config === undefined ? {} : { file: flags.config }),
    environment: process.env,
    flags: settingsOf(flags),
  });
}

/** Flags in the shape of the file. */
function settingsOf({ config: _config, json: _json, client, peer, admin, ...settings }: StartFlags): object {
  return { ...settings, listen: withoutUndefined({ client, peer, admin }) };
}

function withoutUndefined(fields: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function documentOf({ config, addresses }: AtollServer): string {
  const { client: endpoint, admin, peer } = addresses;
  return JSON.stringify({ id: config.nodeId, endpoint, admin, peer, pid: process.pid });
}

function lineOf(server: AtollServer): string {
  const { config, addresses } = server;
  const { state, reason } = server.status();
  const scheme = config.tls === undefined ? "http" : "https";
  const verb = state === "READY" ? "takes requests" : "listens";
  const wait = state === "READY" ? "" : `\nnot ready yet: ${reason}`;
  return (
    `${config.nodeId} ${verb} on ${addresses.client} ` +
    `(peers ${addresses.peer}, admin ${scheme}://${addresses.admin}, pid ${process.pid})${wait}`
  );
}
