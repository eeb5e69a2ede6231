/** Whole clusters in one process on virtual time: seeded runs with faults, checked against what was promised. */
export type { RunningNode } from "./cluster-processes.js";
export { drawPlan } from "./draw-plan.js";
export { FAULTS as FAULT_KINDS } from "./faults/catalogue.js";
export { NodeKeeper } from "./node-keeper.js";
export { deleteOf, getOf, putOf, type Typed } from "./operations.js";
export { LEVELS, type Plan } from "./plan.js";
export { planLines } from "./plan-text.js";
export { type AuditCost, ReplicaPair } from "./replica-pair.js";
export { RowWriter } from "./row-writer.js";
export { type RunReport, runPlan } from "./run-plan.js";
export { type Shrunken, shrinkPlan } from "./shrink.js";
export { SimulatedCluster } from "./simulated-cluster.js";
export { Trace } from "./trace.js";
export { type Grown, type OperationCost, TypeCosts } from "./type-costs.js";
