/** The load tool: workloads, the stores that it can ask, and what came of it. For `atoll bench`. */
export { DRIVERS, type Driver, DriverError } from "./drivers/index.js";
export { type Fault, Observation, parseFault } from "./geo/index.js";
export {
  BenchResult,
  ClientProcessError,
  divide,
  type LoadProgress,
  type PhaseResult,
  runLoad,
  type SecondResult,
  type Site,
  unsupported,
  type WholeLoad,
} from "./load/index.js";
export { reportPage } from "./report/index.js";
export {
  DISTRIBUTIONS,
  type Distribution,
  KEY_BYTES_MIN,
  parseSizeRange,
  type SizeRange,
  WORKLOADS,
  type Workload,
} from "./workload/index.js";
