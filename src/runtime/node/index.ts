/** The real runtime: this machine's clocks, timers, randomness and disk. Only servers and embedders use it. */
export { type LevelDatabase, LevelStore } from "./level-store.js";
export { NodeClock } from "./node-clock.js";
export { NodeDisk } from "./node-disk.js";
export { NodeRandom } from "./node-random.js";
export { NodeTimers } from "./node-timers.js";
