/** What nodes say to each other about watches. `changes-codec.ts` lays out the bytes. */
import type { Dot, Hlc, VersionVector } from "../causality/index.js";
import type { CatchUpRow } from "./messages.js";
import type { RowKeyRange } from "./row-key.js";

/** What changed in a range since a position, for a watch. */
export interface ChangesRequest {
  readonly type: "changes-request";
  readonly id: number;
  readonly partition: number;
  readonly range: RowKeyRange;
  /** Undefined: the watch begins now, and asks where that is. */
  readonly since: VersionVector | undefined;
  /** What the watch was shown by others, beside the position. */
  readonly seen: VersionVector;
  /** Rows are wanted; otherwise only whether there are any. */
  readonly hasRows: boolean;
  /** How long to keep the request while there is nothing to say. */
  readonly waitMs: number;
}

export interface ChangesReply {
  readonly type: "changes-reply";
  readonly id: number;
  readonly body: ChangesBody;
}

export type ChangesBody =
  | {
      readonly kind: "changes";
      /** Of the replica when it read them: with each row's `ahead` its context. */
      readonly clock: VersionVector;
      readonly rows: readonly ChangedRow[];
      /** Covers what is shown by these rows and those before, and what else the log has up to there. */
      readonly position: VersionVector;
      /** The log goes on behind the position. */
      readonly isMore: boolean;
    }
  /** The replica's log does not reach down to the position. */
  | { readonly kind: "below-floor" }
  /** It lacks something that the watch was shown. */
  | { readonly kind: "behind"; readonly clock: VersionVector }
  | { readonly kind: "refused"; readonly reason: "damaged" | "in-doubt" | "not-held" };

/** A row in its present state, and the dots of the log that led to it. */
export interface ChangedRow extends CatchUpRow {
  readonly dots: readonly Dot[];
  /** The highest stamp of these dots. */
  readonly hlc: Hlc;
}
