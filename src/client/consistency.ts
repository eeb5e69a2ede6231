import { LEVELS } from "../codec/index.js";
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";

/** How many replicas a call waits for. All replicas always get a write; the level says whom to wait for. */
export type ConsistencyLevel =
  | "ONE"
  | "TWO"
  | "THREE"
  | "LOCAL_ONE"
  | "LOCAL_QUORUM"
  | "QUORUM"
  | "EACH_QUORUM"
  | "ALL";

/** A level by name, or a number of replicas wherever they are. */
export type Consistency = ConsistencyLevel | number;

/** As the wire has it. */
export interface WireConsistency {
  /** In a message of gRPC; undefined: the server's choice. */
  readonly message: kv.Consistency | undefined;
  /** On a pipeline: see `Asking.consistency`. */
  readonly number: number;
}

const SERVERS_CHOICE: WireConsistency = { message: undefined, number: 0 };

const LEVELS_BY_NAME: Readonly<Record<ConsistencyLevel, WireConsistency>> = {
  ONE: { message: { level: "CONSISTENCY_LEVEL_ONE" }, number: 1 },
  TWO: { message: { level: "CONSISTENCY_LEVEL_TWO" }, number: 2 },
  THREE: { message: { level: "CONSISTENCY_LEVEL_THREE" }, number: 3 },
  LOCAL_ONE: { message: { level: "CONSISTENCY_LEVEL_LOCAL_ONE" }, number: 4 },
  LOCAL_QUORUM: { message: { level: "CONSISTENCY_LEVEL_LOCAL_QUORUM" }, number: 5 },
  QUORUM: { message: { level: "CONSISTENCY_LEVEL_QUORUM" }, number: 6 },
  EACH_QUORUM: { message: { level: "CONSISTENCY_LEVEL_EACH_QUORUM" }, number: 7 },
  ALL: { message: { level: "CONSISTENCY_LEVEL_ALL" }, number: 8 },
};

/** The replicas of one partition can never be more; the server knows the exact bound. */
const REPLICAS_MAX = 1024;

/** Undefined leaves the choice to the server: the bucket's default, else LOCAL_QUORUM. */
export function wireConsistency(consistency: Consistency | undefined): WireConsistency {
  if (consistency === undefined) return SERVERS_CHOICE;
  if (typeof consistency === "number") {
    if (Number.isInteger(consistency) && consistency >= 1 && consistency <= REPLICAS_MAX) {
      return { message: { replicas: consistency }, number: LEVELS + consistency };
    }
  } else if (Object.hasOwn(LEVELS_BY_NAME, consistency)) {
    return LEVELS_BY_NAME[consistency];
  }
  throw AtollError.invalid(
    "consistency",
    `consistency ${JSON.stringify(consistency)} is unknown: use a number of replicas from 1, or one of ${Object.keys(LEVELS_BY_NAME).join(", ")}`,
  );
}
