/** `atoll admin remove-member`: takes a dead member out of the cluster for good, once a person has said so twice. */
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { addEndpointOptions, type EndpointOptions, singleEndpointOf } from "./client-options.js";
import { withAdmin } from "./client-session.js";
import { failed, misused, printDocument } from "./failure.js";

interface RemoveOptions extends EndpointOptions {
  readonly yes?: boolean;
}

const REMOVE_HELP = `
Ask a node that reaches most of the others. NODE must be dead for good: whatever only it has is lost to the cluster, its
number is never used again, and should it come back, it is refused and keeps what only it has in a quarantine file.
Its place in each partition goes to other nodes of its region. Every node restarts its part in the cluster for a moment.
With --json: {layoutVersion}.`;

export function removeMemberCommand(): Command {
  return addEndpointOptions(
    new Command("remove-member")
      .description("take a dead member out of the cluster, for ever")
      .argument("<NODE>", "its id"),
  )
    .option("--yes", "do not ask")
    .addHelpText("after", REMOVE_HELP)
    .action(async (nodeId: string, options: RemoveOptions) => {
      const endpoint = singleEndpointOf(options);
      if (options.yes !== true) await confirm(nodeId);
      const { layoutVersion } = await withAdmin(endpoint, options, (admin) =>
        admin.removeMember(nodeId, { timeoutMs: options.timeout }),
      );
      if (options.json === true) return printDocument({ layoutVersion });
      process.stdout.write(
        `${nodeId} is removed, by layout ${layoutVersion}; the other members learn of it within seconds, or when they are back\n` +
          "Leave it in the configuration of the others: they go by the layout that they keep in their data folders.\n",
      );
    });
}

/** Throws unless the person at the terminal types the node's id. */
async function confirm(nodeId: string): Promise<void> {
  if (!process.stdin.isTTY) throw misused("this cannot be undone: say --yes, or run it on a terminal");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await terminal.question(`This cannot be undone. Type ${nodeId} to remove it for ever: `);
    if (typed.trim() !== nodeId) throw failed("that is not its id; nothing was done");
  } finally {
    terminal.close();
  }
}
