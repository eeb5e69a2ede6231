/** `npm run bench:anti-entropy`: what the audit costs, between two replicas of a million rows. */
import { type AuditCost, ReplicaPair } from "../src/simulator/index.js";
import { sketchCost } from "./sketch-cost.js";

const PARTITIONS = 256;
const ROWS = Number(process.argv[2] ?? 1_000_000);
const VALUE_BYTES = 32;

function show(what: string, cost: AuditCost, pair: ReplicaPair): void {
  const beyond = cost.bytes - cost.rowBytes;
  process.stdout.write(
    `${what.padEnd(28)} ${String(cost.roundTrips).padStart(3)} round trips  ${String(beyond).padStart(7)} bytes beyond ${cost.rowBytes} of rows  ${cost.unequal} partitions differed  ${pair.isEqual ? "equal now" : "NOT EQUAL"}\n`,
  );
}

const { withUs, withoutUs } = sketchCost();
process.stdout.write(
  `the sketch                   ${(withUs - withoutUs).toFixed(2)} us a write: ${withUs.toFixed(2)} with it, ${withoutUs.toFixed(2)} without, ${(withUs / withoutUs).toFixed(2)} times\n`,
);
const pair = new ReplicaPair(PARTITIONS);
pair.fill(ROWS, VALUE_BYTES);
process.stdout.write(`two replicas of ${ROWS} rows in ${PARTITIONS} partitions\n`);
show("nothing differs", pair.audit(), pair);
pair.betray(17, "lost");
show("1 row lost", pair.audit(), pair);
pair.betray(18, "old");
show("1 row old", pair.audit(), pair);
for (let row = 0; row < 100; row++) pair.betray(row * 31, row % 2 === 0 ? "lost" : "old");
show("100 rows lost or old", pair.audit(), pair);
for (let row = 0; row < 5_000; row++) pair.betray(row, "lost");
show("5,000 rows lost", pair.audit(), pair);
