/**
 * Runs examples against the cluster that `atoll cluster up` started in this folder: `npm run example -- cart`, or several
 * of them, or `--data DIR` for a cluster that is kept elsewhere. Ends with 0 only if all held what they claim.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LocalCluster } from "../cluster/index.js";
import { cart } from "./cart.js";
import { presenceBoard } from "./presence-board.js";
import { rateLimiter } from "./rate-limiter.js";
import { sessionStore } from "./session-store.js";

const EXAMPLES = new Map([
  ["cart", cart],
  ["rate-limiter", rateLimiter],
  ["session-store", sessionStore],
  ["presence-board", presenceBoard],
]);
/** Far more than one of them takes: an example that hangs has failed. */
const TIMEOUT_MS = 60_000;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { data: { type: "string", default: join(".atoll", "cluster") } },
});
if (positionals.length === 0 || positionals.some((name) => !EXAMPLES.has(name))) {
  console.error(`usage: npm run example -- NAME…\nNAME is one of ${[...EXAMPLES.keys()].join(", ")}`);
  process.exit(2);
}

try {
  const cluster = LocalCluster.open(values.data);
  for (const name of positionals) {
    console.log(`\n${name}`);
    const watchdog = setTimeout(() => {
      console.error(`${name} is not done after ${TIMEOUT_MS} ms`);
      process.exit(1);
    }, TIMEOUT_MS);
    await EXAMPLES.get(name)?.(cluster).finally(() => clearTimeout(watchdog));
  }
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  console.error("Is a cluster of two regions or more up? `atoll cluster up --detach` starts one.");
  process.exitCode = 1;
}
