/** One node as the layout knows it. */
export interface Member {
  /** Small, positive, below 2^21, never reused in this cluster. */
  readonly number: number;
  readonly nodeId: string;
  readonly region: string;
  readonly zone: string;
  readonly host: string;
  /** host:port for clients, for peers, and for the admin HTTP server. */
  readonly clientAddress: string;
  readonly peerAddress: string;
  readonly adminAddress: string;
}

/** Removed members that a layout still names: it does not grow for ever. */
export const REMOVED_MAX = 1_000;

/** One that is a member no more. */
export interface RemovedMember {
  /** Nobody's from then on. */
  readonly number: number;
  readonly nodeId: string;
  /** The version of the first layout without it. */
  readonly layoutVersion: number;
}

/** Which nodes there are and which partitions they hold. Immutable; a change makes a layout with a higher version. */
export interface Layout {
  readonly version: number;
  readonly clusterId: string;
  /** A power of two, fixed when the cluster is created. */
  readonly partitionCount: number;
  /** Copies of each partition in each region; fewer where the region has fewer nodes. */
  readonly replicasPerRegion: number;
  /** Present when the highest member number ever given went with its member: new members get numbers above it. */
  readonly numbersUsedUpTo?: number;
  /** For people, who ask what became of a node: the latest, in the order of their going. Left out: nobody went. */
  readonly removed?: readonly RemovedMember[];
  /** By ascending number. */
  readonly members: readonly Member[];
  /** For each partition the member numbers of its replica set, by region, then by preference. */
  readonly replicaSets: readonly (readonly number[])[];
}
