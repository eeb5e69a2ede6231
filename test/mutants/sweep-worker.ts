/**
 * Runs seeds in the copy of the sources that it lies in, and prints one line of JSON a seed. Ends at the first broken
 * promise. A mutant may do anything: whoever started this bounds its time and its memory.
 */
import { drawPlan, runPlan } from "../../src/simulator/index.js";

const [first, last] = process.argv.slice(2).map(Number);
if (first === undefined || last === undefined) throw new Error("call it with two seeds");
for (let seed = first; seed <= last; seed++) {
  const { violation } = runPlan(drawPlan(seed));
  process.stdout.write(`${JSON.stringify({ seed, violation })}\n`);
  if (violation !== undefined) break;
}
