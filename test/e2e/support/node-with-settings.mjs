// `atoll start` for nodes of a local cluster, with settings that such a cluster does not choose: the first argument, as
// JSON, goes into the configuration file that the others name.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [runtime, , settings, ...args] = process.argv;
const file = args[args.indexOf("--config") + 1];
writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...JSON.parse(settings) }));
const main = join(import.meta.dirname, "..", "..", "..", "dist", "src", "cli", "main.js");
process.argv = [runtime, main, ...args];
await import(main);
