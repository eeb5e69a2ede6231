/** What nodes say to each other. `frame.ts` lays out the bytes. */
import type { Actor, Context, Dot, Hlc, VersionVector } from "../causality/index.js";
import type { LiveDot, Payload, RowState } from "../crdt/index.js";
import type { AuditReplyMessage, AuditRequestMessage } from "./audit-messages.js";
import type { ChangesReply, ChangesRequest } from "./changes-messages.js";
import type { LogEntry } from "./record.js";
import type { RowKey, RowKeyRange } from "./row-key.js";

/** One mutation on its way to the other replicas. */
export interface Delta {
  readonly partition: number;
  readonly actor: Actor;
  readonly counter: number;
  readonly hlc: Hlc;
  readonly rowKey: RowKey;
  readonly requestId: string | undefined;
  /** How many dots of the same write come right after this one: all of them are applied at once, by who gets them live. */
  readonly following: number;
  /** What the dot puts into the row; undefined for a removal. */
  readonly payload: Payload | undefined;
  readonly replaced: readonly Dot[];
  /** The row is announced again, as a whole, for dots of closed actors that clocks cannot reach (rule 8). */
  readonly announced?: Announcement;
}

export interface Announcement {
  readonly state: RowState;
  /** Whose dots it is about. */
  readonly actors: readonly Actor[];
}

interface DeltaMessage {
  readonly type: "delta";
  readonly delta: Delta;
  /** The receiver is the relay of its region, and passes it on to the other replicas there. */
  readonly isRelayed: boolean;
}

/** Every 500 ms on each link. */
export interface HeartbeatMessage {
  readonly type: "heartbeat";
  /** The sender's monotonic clock, to be echoed. */
  readonly sentMs: number;
  /** The last `sentMs` received from the other side, and how long ago; 0 and 0 before the first. */
  readonly echoMs: number;
  readonly echoDelayMs: number;
  readonly wallMs: number;
  readonly hlc: Hlc;
  /** The sender heard the other side within the failure timeout. */
  readonly isHeard: boolean;
}

/** The receiver has taken these bytes off the link: as many more may be sent. */
interface CreditMessage {
  readonly type: "credit";
  readonly bytes: number;
}

/** Durable and applied in order, up to these dots. */
interface AckMessage {
  readonly type: "ack";
  readonly hlc: Hlc;
  readonly entries: readonly AckEntry[];
}

export interface AckEntry {
  readonly partition: number;
  readonly actor: Actor;
  readonly counter: number;
}

/** Anti-entropy: the durable clock of one partition, and what else the others must know to purge and to close. */
export interface ClockMessage {
  readonly type: "clock";
  readonly partition: number;
  readonly hlc: Hlc;
  readonly clock: VersionVector;
  /** The sender may lack what it once acknowledged; it is no source for others. */
  readonly isInDoubt: boolean;
  /** The version of the sender's view under which it says this. */
  readonly view: number;
  /**
   * By closed actor, the highest dot in its rows that no clock reaches and that it has not seen announced. Undefined:
   * it has not looked since its view changed.
   */
  readonly orphans: VersionVector | undefined;
}

/** Whom the sender takes for the members now. Comes before whatever is said under it. */
export interface ViewMessage {
  readonly type: "view";
  /** Rises with each change, from 1 in each process. */
  readonly version: number;
  readonly layoutVersion: number;
  /** 16 hexadecimal digits: two layouts of one version may exist for a while. */
  readonly layoutHash: string;
  /** Member number to the newest incarnation that it knows, durably: it takes no live delta of an older one. */
  readonly incarnations: ReadonlyMap<number, number>;
  /** Partitions of which it keeps deltas for a replica that is away (rule 15). */
  readonly kept: readonly number[];
  /** Member number to the number of the last time that it is known to have kept less than before; see `Views`. */
  readonly releases: ReadonlyMap<number, number>;
}

/** A layout that succeeds the receiver's; `topology` has its bytes. */
export interface LayoutMessage {
  readonly type: "layout";
  readonly bytes: Buffer;
}

/** The receiver of a catch-up asks for one page at a time, so it sets the pace and the source keeps no state. */
export interface CatchUpRequest {
  readonly type: "catch-up-request";
  readonly partition: number;
  /** Chosen by the asker; a page with another one is late and ignored. */
  readonly session: number;
  /** The source's clock that the session aims at, from its first page; undefined in the first request. */
  readonly target: VersionVector | undefined;
  /** Log pointers up to here are held. */
  readonly position: VersionVector;
  /** A full sync: rows after this one; undefined once the rows are done, or when only the log is asked for. */
  readonly rows: { readonly after: RowKey | undefined } | undefined;
}

export interface CatchUpPage {
  readonly type: "catch-up-page";
  readonly partition: number;
  readonly session: number;
  readonly hlc: Hlc;
  readonly body: CatchUpBody;
}

export type CatchUpBody =
  /** The source's log does not reach down to the position: ask for a full sync. */
  | { readonly kind: "below-floor" }
  /** The source cannot serve: in doubt itself, a damaged row, or it does not cover the target. */
  | { readonly kind: "refused"; readonly reason: string }
  | CatchUpLogPage
  | CatchUpRowPage;

/** A stretch of the log, and the rows that it points at in their present state. */
export interface CatchUpLogPage {
  readonly kind: "log";
  readonly target: VersionVector;
  /** Of the source when it built the page: the context of every row in it, with each row's `ahead`. */
  readonly clock: VersionVector;
  readonly entries: readonly CatchUpPointer[];
  readonly rows: readonly CatchUpRow[];
  /** Where the next request goes on. */
  readonly position: VersionVector;
  readonly isLast: boolean;
}

/** A stretch of the rows in key order. It also states absence, for every row in it that is not listed. */
export interface CatchUpRowPage {
  readonly kind: "rows";
  readonly target: VersionVector;
  readonly clock: VersionVector;
  readonly floor: VersionVector;
  readonly rows: readonly CatchUpRow[];
  /** The stretch ends with this row; undefined: with the partition. */
  readonly upTo: RowKey | undefined;
}

export interface CatchUpPointer {
  readonly actor: Actor;
  readonly counter: number;
  readonly entry: LogEntry;
}

/** Its whole context is the page's clock and its own `ahead`: spelled out for each row it would outweigh the page. */
export interface CatchUpRow {
  readonly rowKey: RowKey;
  readonly live: readonly LiveDot[];
  readonly ahead: Context;
}

/** A replica's durable row, for a coordinator; whole, unless that shows the same. */
export interface ReadRequest {
  readonly type: "read-request";
  readonly id: number;
  readonly partition: number;
  readonly rowKey: RowKey;
  /** The replica says whether dots of its beyond this clock touched the row. Without it: it does not. */
  readonly against: AskerRow | undefined;
}

/** What the coordinator knew when it began to ask. */
export interface AskerRow {
  readonly clock: VersionVector;
  /** Of its own row's live dots, if it could read that. */
  readonly digest: bigint | undefined;
}

export interface ReadReply {
  readonly type: "read-reply";
  readonly id: number;
  readonly body: ReadBody;
}

export type ReadBody =
  | {
      readonly kind: "row";
      readonly live: readonly LiveDot[];
      /** Of the row's context, what is beyond the clock. */
      readonly ahead: Context;
      readonly clock: VersionVector;
      /** Dots of the clock, beyond the asker's, touched this row, or may have. */
      readonly isTouchedBeyond: boolean;
    }
  /** The row shows what the asker's does, and no dot beyond the asker's clock matters to it. */
  | { readonly kind: "same"; readonly clock: VersionVector }
  /** No answer to count: the row is damaged, the replica is in doubt, or it does not hold the partition. */
  | { readonly kind: "refused"; readonly reason: "damaged" | "in-doubt" | "not-held" };

/** A stretch of a replica's durable rows, for a coordinator. */
export interface RangeRequest {
  readonly type: "range-request";
  readonly id: number;
  readonly partition: number;
  readonly range: RowKeyRange;
  /** At most so many rows; the replica may send fewer. */
  readonly limit: number;
  /** What the coordinator knew when it began to ask: see `touched`. */
  readonly against: VersionVector;
}

export interface RangeReply {
  readonly type: "range-reply";
  readonly id: number;
  readonly body: RangeBody;
}

export type RangeBody =
  | {
      readonly kind: "rows";
      /** Of the replica when it read them: a row of the stretch that is not listed is absent as of this clock. */
      readonly clock: VersionVector;
      readonly rows: readonly CatchUpRow[];
      /** The stretch ends with this row; undefined: with the range. */
      readonly upTo: RowKey | undefined;
      /** The rows of the range that dots beyond the asker's clock touched; undefined: any of them may be one. */
      readonly touched: ReadonlySet<RowKey> | undefined;
    }
  | { readonly kind: "refused"; readonly reason: "damaged" | "in-doubt" | "not-held" };

/** Read repair: join this, and say when it is durable. */
export interface RepairRequest {
  readonly type: "repair-request";
  readonly id: number;
  readonly partition: number;
  readonly rowKey: RowKey;
  readonly hlc: Hlc;
  readonly state: RowState;
}

/** "later": a full sync under way may bring it. "unwanted": this node is no replica of it. */
export type RepairOutcome = "done" | "later" | "unwanted";

interface RepairReply {
  readonly type: "repair-reply";
  readonly id: number;
  readonly outcome: RepairOutcome;
}

/** A retry asks whether anybody knows its request id, and that nobody who does not shall apply it from now on. */
export interface LookupRequest {
  readonly type: "lookup-request";
  readonly id: number;
  readonly partition: number;
  readonly requestId: string;
}

export interface LookupReply {
  readonly type: "lookup-reply";
  readonly id: number;
  /** Undefined: not known, and from now on not applied. "nothing-to-do": it was done, and left no dot. */
  readonly found:
    | { readonly actor: Actor; readonly counter: number; readonly hlc: Hlc }
    | "nothing-to-do"
    | undefined;
}

/** A node outside the replica set shall hold a copy of the delta until its home, a replica that is away, has it (rule 15). */
export interface HoldRequest {
  readonly type: "hold-request";
  readonly id: number;
  /** A member number. */
  readonly home: number;
  readonly delta: Delta;
}

/** Held: on disk there. Otherwise it will never be. */
interface HoldReply {
  readonly type: "hold-reply";
  readonly id: number;
  readonly isHeld: boolean;
}

/** A client's operation for a replica to coordinate, and its outcome; `operation-codec` lays out the bytes. */
interface ForwardRequest {
  readonly type: "forward-request";
  readonly id: number;
  readonly body: Buffer;
}

interface ForwardReply {
  readonly type: "forward-reply";
  readonly id: number;
  readonly body: Buffer;
}

export type Message =
  | DeltaMessage
  | HeartbeatMessage
  | CreditMessage
  | AckMessage
  | ClockMessage
  | ViewMessage
  | LayoutMessage
  | CatchUpRequest
  | CatchUpPage
  | ReadRequest
  | ReadReply
  | RangeRequest
  | RangeReply
  | ChangesRequest
  | ChangesReply
  | RepairRequest
  | RepairReply
  | LookupRequest
  | LookupReply
  | ForwardRequest
  | ForwardReply
  | HoldRequest
  | HoldReply
  | AuditRequestMessage
  | AuditReplyMessage;
