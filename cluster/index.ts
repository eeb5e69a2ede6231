/**
 * Local multi-region clusters of real processes: starts them, emulates the network between their regions, and injects
 * faults. For the `atoll cluster` command, the demo, the benchmarks and the tests.
 */
export { ClusterError, type ClusterErrorCode } from "./cluster-error.js";
export { closing as demoClosing, type Narrator, runDemo } from "./demo/index.js";
export { type ClusterStatus, LocalCluster, type NodeStatus } from "./local-cluster.js";
export { builtPrograms, type Programs } from "./programs.js";
export { PartialStart, type StartOptions, startCluster } from "./start-cluster.js";
