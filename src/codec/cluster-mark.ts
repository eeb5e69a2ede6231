/**
 * What tells in a token of which cluster it is: dots and positions are numbers that every cluster has, and would be taken for
 * its own by another one.
 */
import { hash64 } from "./hash.js";

/** Of its id: 32 bits, so that tokens stay short. */
export function clusterMark(clusterId: string): number {
  return Number(hash64(clusterId) & 0xffff_ffffn);
}
