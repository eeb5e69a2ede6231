/** `atoll admin`: what nodes say of themselves, and what operators do to them. Nothing fails over: the node that was named answers, or nobody. */
import { Command } from "commander";
import type { NodeDigest } from "../client/index.js";
import { compareDigests } from "./admin-digests.js";
import {
  comparisonText,
  digestText,
  hintsText,
  lagText,
  type RepairOutcome,
  repairText,
  statusText,
} from "./admin-text.js";
import { addEndpointOptions, type EndpointOptions, endpointsOf, singleEndpointOf } from "./client-options.js";
import { withAdmin } from "./client-session.js";
import { conflictsCommand } from "./conflicts-command.js";
import { EXIT, misused, printDocument } from "./failure.js";
import { ProgressBar } from "./progress-bar.js";
import { quarantineCommand } from "./quarantine-command.js";
import { removeMemberCommand } from "./remove-member-command.js";

/** A full one reads all rows of a node. */
const REPAIR_TIMEOUT_MS = 24 * 3_600_000;

interface RepairOptions extends EndpointOptions {
  readonly full?: boolean;
}

/** Each is a connection and a table of all partitions. */
const ENDPOINTS_MAX = 1_000;

export function adminCommand(): Command {
  const command = new Command("admin").description("Look into nodes, and remove dead ones.");

  verb(command, "status", "a node, and its peers as it sees them").action(
    async (options: EndpointOptions) => {
      const status = await withAdmin(singleEndpointOf(options), options, (admin) =>
        admin.status({ timeoutMs: options.timeout }),
      );
      print(options, status, statusText);
    },
  );

  verb(command, "lag", "how far replication is behind, as a node sees it").action(
    async (options: EndpointOptions) => {
      const lag = await withAdmin(singleEndpointOf(options), options, (admin) =>
        admin.lag({ timeoutMs: options.timeout }),
      );
      print(options, lag, lagText);
    },
  );

  verb(command, "hints", "what a node keeps for its peers that are away")
    .addHelpText("after", HINTS_HELP)
    .action(async (options: EndpointOptions) => {
      const peers = await withAdmin(singleEndpointOf(options), options, (admin) =>
        admin.hints({ timeoutMs: options.timeout }),
      );
      print(options, { peers }, hintsText);
    });

  addEndpointOptions(
    command
      .command("repair")
      .description("compare a node's replicas with those of its peers, and heal what differs"),
    REPAIR_TIMEOUT_MS,
  )
    .option("--full", "read every row of the node from its disk first")
    .addHelpText("after", REPAIR_HELP)
    .action(async (options: RepairOptions) => {
      const outcome = await repair(singleEndpointOf(options), options);
      print(options, outcome, repairText);
      if (outcome.nodesMissed.length > 0) process.exitCode = EXIT.unavailable;
    });

  verb(command, "digest", "digests of a node's live data; of several nodes, whether they hold the same")
    .addHelpText("after", DIGEST_HELP)
    .action(async (options: EndpointOptions) => {
      const endpoints = endpointsOf(options);
      if (endpoints.length > ENDPOINTS_MAX) throw misused(`compare ${ENDPOINTS_MAX} nodes at most`);
      const digests = await Promise.all(endpoints.map((endpoint) => digestOf(endpoint, options)));
      const [only, ...more] = digests;
      if (only !== undefined && more.length === 0) {
        print(options, only, digestText, ({ partitions, all }) => ({ partitions, all }));
        return;
      }
      const comparison = compareDigests(endpoints, digests);
      print(options, comparison, comparisonText);
      if (!comparison.equal) process.exitCode = EXIT.failed;
    });
  command.addCommand(conflictsCommand());
  command.addCommand(removeMemberCommand());
  command.addCommand(quarantineCommand());
  return command;
}

const HINTS_HELP = `
With --json: {peers: [{nodeId, pending, oldestAgeMs, ratePerSecond, estimatedMs, isFullSyncDue, created, delivered,
expired, dropped, copiesHeld}]}. Counts are of writes, since the node's process started; copies are of sloppy writes, held
now for a peer that holds a replica where this node does not.`;

const REPAIR_HELP = `
Nodes compare and heal by themselves all the time: this does it now. With --json: {partitionsCompared, partitionsDiffering,
rowsRepaired, rowsHealed, nodesMissed}; rows are those of the node asked, for its peers repair their own: repaired ones differed
from a peer's, healed ones failed their checksum. Exits with 4 when a peer was not there.`;

const DIGEST_HELP = `
With --json: {partitions: {id: hash}, all}; of several nodes {equal, nodes: [{endpoint, nodeId, all}], differing},
with the partitions that differ. Nodes are compared by the partitions that they share. Exits with 1 when they differ.`;

function verb(command: Command, name: string, description: string): Command {
  return addEndpointOptions(command.command(name).description(description));
}

async function repair(endpoint: string, options: RepairOptions): Promise<RepairOutcome> {
  const bar = ProgressBar.onStderr("partitions");
  try {
    const { partitionsDone, partitionsDiffering, rowsRepaired, rowsHealed, nodesMissed } = await withAdmin(
      endpoint,
      options,
      (admin) =>
        admin.repair({
          timeoutMs: options.timeout,
          full: options.full ?? false,
          onProgress: ({ partitionsDone: done, partitionsTotal: total }) =>
            bar.update(done, total === 0 ? undefined : done / total),
        }),
    );
    return { partitionsCompared: partitionsDone, partitionsDiffering, rowsRepaired, rowsHealed, nodesMissed };
  } finally {
    bar.clear();
  }
}

function digestOf(endpoint: string, options: EndpointOptions): Promise<NodeDigest> {
  return withAdmin(endpoint, options, (admin) => admin.digest({ timeoutMs: options.timeout }));
}

function print<Report extends object>(
  options: EndpointOptions,
  report: Report,
  text: (report: Report) => string,
  document: (report: Report) => object = (all) => all,
): void {
  if (options.json === true) printDocument(document(report));
  else process.stdout.write(`${text(report)}\n`);
}
