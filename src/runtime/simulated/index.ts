/**
 * The deterministic runtime: many nodes in one process, on virtual time, with every fault a switch. Tests and the
 * simulator use it; a seed decides all that happens.
 */
export type { Latency } from "./network-path.js";
export { SeededRandom } from "./seeded-random.js";
export type { SimulatedClock } from "./simulated-clock.js";
export type { DiskCrash, DiskSnapshot, SimulatedDisk } from "./simulated-disk.js";
export {
  type CutDirection,
  DEFAULT_LATENCY,
  type RegionLatency,
  type SimulatedNetwork,
} from "./simulated-network.js";
export {
  type HostOptions,
  type LogLine,
  type SimulatedHost,
  SimulatedWorld,
  type WorldOptions,
} from "./simulated-runtime.js";
export { type RunEnd, type RunOptions, SimulationError, type VirtualTime } from "./virtual-time.js";
