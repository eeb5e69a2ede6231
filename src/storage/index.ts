/** Rows, log and clocks of a node in one ordered store: key layout, synchronous reads, one batch a turn. */
export { type FsyncPolicy, GroupCommit } from "./group-commit.js";
export {
  actorLogRange,
  aheadKey,
  aheadRange,
  dotOfLogKey,
  logKey,
  logRange,
  metaKey,
  partitionKey,
  requestKey,
  rowKeyOf,
  rowRange,
  rowStoreKey,
  type StoreKey,
  type StoreKeyRange,
  sketchKey,
  tombstoneKey,
  tombstoneRange,
} from "./store-keys.js";
