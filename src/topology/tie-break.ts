/**
 * A fixed, random-looking order of the nodes for each partition, 32 bits unsigned: decides where loads leave it open,
 * so that the partitions of one node have their other replicas on many nodes, and many share its work when it fails.
 * (The finaliser of MurmurHash3.)
 */
export function tieBreak(partition: number, memberNumber: number): number {
  let mixed = Math.imul(partition + 1, 0x9e3779b1) ^ Math.imul(memberNumber, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
