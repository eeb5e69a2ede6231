/**
 * A run as data: everything that a seed decides before the first event. Nodes, keys and clients are named by their
 * index, taken modulo how many there are, so a plan stays meaningful whatever the shrinker takes out of it.
 */
import type { FsyncPolicy } from "../node/index.js";
import type { Compound, Deed } from "./compounds.js";
import type { ListedType } from "./listed-keys.js";
import type { Typed } from "./operations.js";

export const REGIONS = ["ap", "eu", "us"] as const;

export const LEVELS = ["ONE", "TWO", "LOCAL_ONE", "LOCAL_QUORUM", "QUORUM", "EACH_QUORUM", "ALL"] as const;

export type Level = (typeof LEVELS)[number];

export interface PlannedKey {
  readonly type: Typed;
  /** Read and written at QUORUM only, so that R + W > N holds for every pair of them. */
  readonly isStrict: boolean;
}

/** A key that is changed with Update. */
export interface PlannedCompound {
  readonly type: Compound;
  /** As of a key with values. */
  readonly isStrict: boolean;
  /** Something of it is removed now and then; otherwise it only grows. */
  readonly isCleared: boolean;
}

/** A client sends the request again with its id, when it has no definite answer so long after the attempt before. */
export interface PlannedRetry {
  readonly afterMs: number;
  readonly node: number;
}

/** What a client asks, whatever of: when, where and how. */
export interface PlannedCall {
  /** Of virtual time, from when the cluster was ready. */
  readonly atMs: number;
  readonly client: number;
  /** Of `keys`; of `compounds` for an update or a look; of a key whose values expire, or that is listed, itself. */
  readonly key: number;
  readonly node: number;
  readonly level: Level;
  readonly timeoutMs: number;
  /** Fallbacks may count for it; never of a strict key. */
  readonly isSloppy: boolean;
  readonly retries: readonly PlannedRetry[];
  /** How long the first attempt lingers in some buffer on its way to its node. */
  readonly lingersMs: number;
  /** It is one of the client's session, and goes out with what that has seen. */
  readonly isOfSession: boolean;
}

/** Of a key with values. */
export interface PlannedOperation extends PlannedCall {
  readonly kind: "put" | "delete" | "get";
  /** Hands in the context of the client's last read or write of the key, if it has one. */
  readonly usesContext: boolean;
  /** Of a read: once it is answered, the client reads again at these nodes, each as soon as the one before answered. */
  readonly readsAgainAt: readonly number[];
}

/** Of a compound. `element`: see `compounds.ts`. */
export interface PlannedUpdate extends PlannedCall {
  readonly kind: "update";
  readonly deed: Deed;
  readonly element: number;
}

/** A read of a compound: of one element, or all of it. */
export interface PlannedLook extends PlannedCall {
  readonly kind: "look";
  readonly element: number;
  readonly isWhole: boolean;
}

/** A write of a key whose values expire: see `lifetimes.ts`. */
export interface PlannedLasting extends PlannedCall {
  readonly kind: "lasting";
  /** 0: it does not. */
  readonly ttlMs: number;
}

/** A read of such a key. */
export interface PlannedGlance extends PlannedCall {
  readonly kind: "glance";
}

/** A write of a key that is listed: see `listed-keys.ts`. */
export interface PlannedListedWrite extends PlannedCall {
  readonly kind: "enter" | "leave";
}

/** A scan of such keys: pages of one stream at a node, then on at the next, and from the last at the first again. */
export interface PlannedScan extends PlannedCall {
  readonly kind: "scan";
  readonly type: ListedType;
  /** Only those of one tag, and so of one partition. */
  readonly isTagged: boolean;
  readonly isReverse: boolean;
  readonly pageSize: number;
  readonly pagesAVisit: number;
  readonly nodes: readonly number[];
  /** Between two pages. */
  readonly pauseMs: number;
}

/** A watch of such keys, of registers: at each of the nodes in turn, then where it is. */
export interface PlannedWatch extends PlannedCall {
  readonly kind: "watch";
  readonly isTagged: boolean;
  readonly nodes: readonly number[];
  /** One a node that it leaves by itself: how long it stays, and how long nobody watches then. */
  readonly stays: readonly { readonly forMs: number; readonly restMs: number }[];
  /** Between two pages. */
  readonly pauseMs: number;
}

/** An atomic batch: see `batches.ts`; its key is its number. */
export interface PlannedBatch extends PlannedCall {
  readonly kind: "batch";
  /** Of one of its values. */
  readonly paddingBytes: number;
}

/** A read of what one replica has of it. */
export interface PlannedPeek extends PlannedCall {
  readonly kind: "peek";
}

/** What the arguments mean, the fault's kind decides; `amount` is in [0, 1). */
export interface PlannedFault {
  readonly kind: "fault";
  readonly fault: string;
  readonly atMs: number;
  readonly node: number;
  readonly peer: number;
  readonly forMs: number;
  readonly amount: number;
}

export type Action =
  | PlannedOperation
  | PlannedUpdate
  | PlannedLook
  | PlannedLasting
  | PlannedGlance
  | PlannedListedWrite
  | PlannedScan
  | PlannedWatch
  | PlannedBatch
  | PlannedPeek
  | PlannedFault;

export interface PlannedSettings {
  readonly fsync: FsyncPolicy;
  readonly maxSiblings: number;
  readonly rowCacheBytes: number;
  /** Longer than any client of a plan goes on asking. */
  readonly requestIdWindowMs: number;
  readonly maxHintWindowMs: number;
  readonly hintBudgetBytes: number;
  /** Few enough that some catch-ups have many pages. */
  readonly catchUpPageBytes: number;
  /** Little enough that some catch-ups last for seconds, as those of large partitions do. */
  readonly catchUpBytesPerSecond: number;
  readonly auditIntervalMs: number;
}

export interface Plan {
  readonly seed: number;
  readonly nodesPerRegion: number;
  /** The most of each partition that a region holds; with fewer than it has nodes, the others are fallbacks. */
  readonly replicasPerRegion: number;
  readonly partitions: number;
  readonly keys: readonly PlannedKey[];
  readonly compounds: readonly PlannedCompound[];
  readonly settings: PlannedSettings;
  /** How far each node's wall clock is ahead at the start, by index. */
  readonly clockOffsetsMs: readonly number[];
  /** The one node whose disk may lose what it holds: see `DamageBudget`. */
  readonly victim: number;
  /** Which kinds of fault this run has turned on. */
  readonly swarm: readonly string[];
  /** In order of time. */
  readonly actions: readonly Action[];
}

export function isFault(action: Action): action is PlannedFault {
  return action.kind === "fault";
}
