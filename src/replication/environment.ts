/** What the parts of replication share: one node's identity, its replicas, its links, its clocks. */
import type { Actor, HybridClock } from "../causality/index.js";
import type { Neighbourhood, PartitionReplica } from "../replica/index.js";
import type { Clock, Log, Timers } from "../runtime/index.js";
import type { GroupCommit } from "../storage/index.js";
import type { Layout, LayoutView, Member } from "../topology/index.js";
import type { Calls } from "./calls.js";
import type { Counters } from "./counters.js";
import type { PeerLinks } from "./peer-links.js";

/** Whom the failure detector believes to be there. */
interface Liveness {
  /** Heard within the failure timeout, and hears us. Always true of ourselves. */
  isAlive(member: number): boolean;
  /** 0 for ourselves; a guess before the first measurement. */
  roundTripMs(member: number): number;
  /** The newest incarnation known of a member; 0 before its first Hello. */
  incarnationOf(member: number): number;
  /** Somebody knows of this incarnation of a member. */
  learn(member: number, incarnation: number): void;
  /** Why this node must not coordinate writes for its clock's sake; undefined when it may. */
  clockDrift(): string | undefined;
  /** The time by which expiry goes: the wall clock, corrected where it is known to be wrong. */
  expiryMs(): number;
  /** A time that every clock which counts has passed; undefined when nobody can tell. */
  pastForAllMs(): number | undefined;
}

export interface Environment {
  readonly self: Member;
  readonly actor: Actor;
  readonly view: LayoutView;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly hlc: HybridClock;
  readonly commit: GroupCommit;
  readonly links: PeerLinks;
  readonly calls: Calls;
  readonly liveness: Liveness;
  readonly counters: Counters;
  /** The disk lost what only it had: the node ends, and goes on under a new incarnation. */
  failStorage(message: string): void;
  /** Makes a layout that succeeds ours this node's own; the node ends once it is `durable`, and starts again with it. */
  adoptLayout(layout: Layout, durable: () => void): void;
  /** Undefined for a partition that this node does not hold. */
  replica(partition: number): PartitionReplica | undefined;
  neighbourhood(partition: number): Neighbourhood;
}
