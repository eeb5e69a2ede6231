/** Runs a load against a store: clients in one or more processes, paced, timed, and what they recorded as one document. */

export { environment, packageRoot } from "./environment.js";
export { ClientProcessError } from "./forked-client.js";
export { Latencies } from "./latencies.js";
export { divide, type Site, type WholeLoad } from "./plans.js";
export { BenchResult, type GeoResult, type PhaseResult, type SecondResult } from "./result.js";
export { type LoadProgress, type RunObserver, runLoad, unsupported } from "./run-load.js";
