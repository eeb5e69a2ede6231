/**
 * The deterministic runtime: many nodes in one process, on virtual time, with every fault a switch. Tests and the
 * simulator use it; a seed decides all that happens.
 */
export { SeededRandom } from "./seeded-random.js";
export type { SimulatedNetwork } from "./simulated-network.js";
export { type SimulatedHost, SimulatedWorld, type WorldObserver } from "./simulated-runtime.js";
export { SimulationError, type VirtualTime } from "./virtual-time.js";
