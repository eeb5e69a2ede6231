// The built `atoll cluster` with fake nodes under it.
import { join } from "node:path";
import { Command } from "commander";
import { clusterCommand } from "../../../dist/src/cli/cluster-command.js";

const dist = join(import.meta.dirname, "..", "..", "..", "dist");
const programs = {
  node: [join(import.meta.dirname, "fake-node.mjs")],
  links: [join(dist, "cluster", "links-process.js")],
};
await new Command("atoll").addCommand(clusterCommand(programs)).parseAsync();
