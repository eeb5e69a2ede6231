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

const WIRE: Readonly<Record<ConsistencyLevel, kv.Consistency>> = {
  ONE: { level: "CONSISTENCY_LEVEL_ONE" },
  TWO: { level: "CONSISTENCY_LEVEL_TWO" },
  THREE: { level: "CONSISTENCY_LEVEL_THREE" },
  LOCAL_ONE: { level: "CONSISTENCY_LEVEL_LOCAL_ONE" },
  LOCAL_QUORUM: { level: "CONSISTENCY_LEVEL_LOCAL_QUORUM" },
  QUORUM: { level: "CONSISTENCY_LEVEL_QUORUM" },
  EACH_QUORUM: { level: "CONSISTENCY_LEVEL_EACH_QUORUM" },
  ALL: { level: "CONSISTENCY_LEVEL_ALL" },
};

/** The replicas of one partition can never be more; the server knows the exact bound. */
const REPLICAS_MAX = 1024;

/** Undefined leaves the choice to the server: the bucket's default, else LOCAL_QUORUM. */
export function wireConsistency(consistency: Consistency | undefined): kv.Consistency | undefined {
  if (consistency === undefined) return undefined;
  if (typeof consistency === "number") {
    if (Number.isInteger(consistency) && consistency >= 1 && consistency <= REPLICAS_MAX) {
      return { replicas: consistency };
    }
  } else if (Object.hasOwn(WIRE, consistency)) {
    return WIRE[consistency];
  }
  throw AtollError.invalid(
    "consistency",
    `consistency ${JSON.stringify(consistency)} is unknown: use a number of replicas from 1, or one of ${Object.keys(WIRE).join(", ")}`,
  );
}
