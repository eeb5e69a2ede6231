/** Regions, nodes, partitions, placement and layout versions: who holds what. Pure. */
export type { Layout, Member } from "./layout.js";
