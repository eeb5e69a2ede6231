/** What a load does: workloads, and the keys, values and operations that they are made of. Pure, and the same for the same seed. */
export { DISTRIBUTIONS, type Distribution } from "./key-choice.js";
export { KEY_BYTES_MIN } from "./key-names.js";
export { type Operation, OperationStream, type StreamOptions } from "./operation-stream.js";
export { parseSizeRange, type SizeRange, sizeText } from "./sizes.js";
export { OPERATIONS, type OperationKind, WORKLOADS, type Workload } from "./workloads.js";
