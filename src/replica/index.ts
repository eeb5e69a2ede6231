/** One replica of one partition: clock, log, apply, catch-up pages. */
export { aboveFloor, buildPage } from "./catch-up-source.js";
export {
  type DoubtCause,
  isSettled,
  mayCoordinate,
  type Neighbourhood,
  newDoubt,
  settledWith,
} from "./doubt.js";
export { type ApplyResult, PartitionReplica, type ReplicaEnvironment } from "./partition-replica.js";
export { isTouchedBeyond, readForCoordinator } from "./read-view.js";
