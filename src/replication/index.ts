/** Between replicas: coordinator, peer streams, catch-up and anti-entropy. */
export { CONSISTENCY_LEVELS, type Consistency, type ConsistencyLevel } from "./consistency.js";
export type {
  Failure,
  FailureReason,
  KeyAddress,
  Operation,
  OperationOptions,
  Outcome,
  ReadValue,
  StoredValue,
} from "./operation.js";
