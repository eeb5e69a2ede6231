/** Regions, nodes, partitions, placement and layout versions: who holds what. Pure. */
export {
  changeLayout,
  createLayout,
  nextMemberNumber,
  removeMember,
} from "./build-layout.js";
export { decodeLayout, encodeLayout, layoutHash } from "./encode-layout.js";
export type { Layout, Member } from "./layout.js";
export { LayoutError } from "./layout-error.js";
export { LayoutView } from "./layout-view.js";
export { partitionOf, partitionOfPrefix } from "./partition.js";
export { type LayoutName, nameOf, succeeds, successorFault } from "./succession.js";
