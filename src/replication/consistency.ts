/** The names of `atoll.kv.v1.ConsistencyLevel`, without its prefix. */
export const CONSISTENCY_LEVELS = [
  "ONE",
  "TWO",
  "THREE",
  "LOCAL_ONE",
  "LOCAL_QUORUM",
  "QUORUM",
  "EACH_QUORUM",
  "ALL",
] as const;

export type ConsistencyLevel = (typeof CONSISTENCY_LEVELS)[number];

/** By name, or as a number of replicas wherever they are. */
export type Consistency = { readonly level: ConsistencyLevel } | { readonly replicas: number };
