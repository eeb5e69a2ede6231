/** The real runtime: this machine's clocks, timers, randomness, disk and network. Only servers and embedders use it. */
export { GrpcTransport } from "./grpc-transport.js";
export { type LevelDatabase, LevelStore } from "./level-store.js";
export { NodeClock } from "./node-clock.js";
export { NodeDisk } from "./node-disk.js";
export { NodeRandom } from "./node-random.js";
export { NodeTimers } from "./node-timers.js";
