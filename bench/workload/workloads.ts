/**
 * The workloads. A to F are those of YCSB (Cooper et al., "Benchmarking cloud serving systems with YCSB", SoCC 2010, and
 * the core workload's files); its ten fields of 100 bytes are one value of 1,000 bytes here, and an update writes all of
 * it. The others are of the types that merge.
 */
import type { Distribution } from "./key-choice.js";

export const OPERATIONS = [
  "read",
  "update",
  "insert",
  "scan",
  "read-modify-write",
  "counter-add",
  "counter-get",
  "set-add",
  "set-remove",
  "set-has",
  "set-page",
  "map-put",
  "map-get",
] as const;

export type OperationKind = (typeof OPERATIONS)[number];

export interface Workload {
  readonly name: string;
  /** For people. */
  readonly summary: string;
  /** Percent of the operations; together 100. */
  readonly mix: readonly (readonly [kind: OperationKind, percent: number])[];
  readonly keys: Distribution;
  /** What the load phase does, once for each record. */
  readonly load: OperationKind;
}

/** A scan is of 1 to so many records, all lengths alike. */
export const SCAN_LENGTH_MAX = 100;
/** A set has so many members that may be in it, a map so many fields. */
export const ELEMENTS = 100;

export const WORKLOADS: readonly Workload[] = [
  {
    name: "a",
    summary: "YCSB A, update heavy: 50% reads, 50% updates",
    mix: [
      ["read", 50],
      ["update", 50],
    ],
    keys: "zipfian",
    load: "insert",
  },
  {
    name: "b",
    summary: "YCSB B, read mostly: 95% reads, 5% updates",
    mix: [
      ["read", 95],
      ["update", 5],
    ],
    keys: "zipfian",
    load: "insert",
  },
  { name: "c", summary: "YCSB C, read only", mix: [["read", 100]], keys: "zipfian", load: "insert" },
  {
    name: "d",
    summary: "YCSB D, read latest: 95% reads, 5% inserts",
    mix: [
      ["read", 95],
      ["insert", 5],
    ],
    keys: "latest",
    load: "insert",
  },
  {
    name: "e",
    summary: "YCSB E, short ranges: 95% scans of 1 to 100 records, 5% inserts",
    mix: [
      ["scan", 95],
      ["insert", 5],
    ],
    keys: "zipfian",
    load: "insert",
  },
  {
    name: "f",
    summary: "YCSB F: 50% reads, 50% read-modify-writes",
    mix: [
      ["read", 50],
      ["read-modify-write", 50],
    ],
    keys: "zipfian",
    load: "insert",
  },
  { name: "writes", summary: "updates only", mix: [["update", 100]], keys: "zipfian", load: "insert" },
  {
    name: "counters",
    summary: "50% adds, 50% gets",
    mix: [
      ["counter-add", 50],
      ["counter-get", 50],
    ],
    keys: "zipfian",
    load: "counter-add",
  },
  {
    name: "sets",
    summary: "40% adds, 10% removes, 45% looks for a member, 5% pages",
    mix: [
      ["set-add", 40],
      ["set-remove", 10],
      ["set-has", 45],
      ["set-page", 5],
    ],
    keys: "zipfian",
    load: "set-add",
  },
  {
    name: "maps",
    summary: "50% puts of a field, 50% gets of a field",
    mix: [
      ["map-put", 50],
      ["map-get", 50],
    ],
    keys: "zipfian",
    load: "map-put",
  },
];
