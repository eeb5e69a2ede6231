/** What only a store in several regions has to show: lag, staleness, faults and what follows them, bytes between regions. */
export { peerBytes } from "./cluster-figures.js";
export { type Fault, parseFault } from "./fault-schedule.js";
export { Observation } from "./observation.js";
