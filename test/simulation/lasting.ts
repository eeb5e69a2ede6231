/** Writes with an end, of every type, and what nodes show and keep of them: for the tests of expiry. */
import { DataType, type Reading, ValueEncoding } from "../../src/crdt/index.js";
import type { Action, Consistency, KeyAddress, Operation, Outcome } from "../../src/replication/index.js";
import type { RunningNode, SimulatedCluster } from "../../src/simulator/index.js";
import { rowsOf } from "./inspected.js";

export const ALL = { level: "ALL" } as const;
export const ONE = { level: "ONE" } as const;

type TypeName = keyof typeof DataType;
export const TYPES: readonly TypeName[] = ["register", "multi", "counter", "flag", "set", "map"];

const MEMBER = Buffer.from("m");
const LEAF = [Buffer.from("leaf")];

/** One key of each type: writes there put `text`, or count 1, enable, or add a member; of a map they assign a leaf. */
function addressOf(type: TypeName): KeyAddress {
  return { type: DataType[type], bucket: "b", key: Buffer.from("k") };
}

/** @param ttlMs none: for as long as the bucket says, else for ever */
export function write(type: TypeName, text: string, ttlMs?: number | "never"): Operation {
  const address = addressOf(type);
  const value = { data: Buffer.from(text), encoding: ValueEncoding.text };
  if (type === "register" || type === "multi")
    return { kind: "put", address, value, context: Buffer.alloc(0), condition: undefined, ttlMs };
  const path = type === "map" ? LEAF : [];
  return { kind: "update", address, changes: [{ path, action: actionOf(type, value), ttlMs }] };
}

function actionOf(
  type: "counter" | "flag" | "set" | "map",
  value: Extract<Action, { kind: "assign" }>["value"],
): Action {
  switch (type) {
    case "counter":
      return { kind: "increment", amount: 1 };
    case "flag":
      return { kind: "set-flag", isEnabled: true };
    case "set":
      return { kind: "add-members", members: [MEMBER] };
    case "map":
      return { kind: "assign", value };
  }
}

/** As text: values, a count, or `there`; empty when there is nothing. */
export function shown(
  cluster: SimulatedCluster,
  nodeId: string,
  type: TypeName,
  consistency: Consistency = { level: "LOCAL_ONE" },
): string {
  const address = addressOf(type);
  const read: Operation =
    type === "map"
      ? { kind: "list", address, path: [], after: undefined, limit: 10 }
      : { kind: "get", address, element: type === "set" ? [MEMBER] : [] };
  return textOf(cluster.execute(cluster.node(nodeId), read, { consistency }));
}

function textOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "read":
      return inWords({ kind: "values", values: outcome.values });
    case "counter":
    case "flag":
      return inWords(outcome);
    case "page":
      return outcome.rows.map(({ reading }) => inWords(reading)).join(",");
    default:
      return JSON.stringify(outcome);
  }
}

function inWords(reading: Reading): string {
  switch (reading.kind) {
    case "values":
      return reading.values.map(({ data }) => data.toString()).join(",");
    case "counter":
      return reading.isFound ? `${reading.value}` : "";
    case "flag":
      return reading.isEnabled ? "there" : "";
  }
}

/** What each node shows by itself, in the order of nodes. */
export function shownAlone(cluster: SimulatedCluster, type: TypeName): string[] {
  return cluster.nodes.filter(({ isUp }) => isUp).map(({ member }) => shown(cluster, member.nodeId, type));
}

/** Until so long after the start of virtual time. */
export function runUntil(cluster: SimulatedCluster, atMs: number): void {
  cluster.runFor(atMs - cluster.world.time.nowMs);
}

/** Rows and entries of the index with an end, on the disks of all nodes that are up. */
export function kept(cluster: SimulatedCluster): number {
  const keptBy = (node: RunningNode): number =>
    rowsOf(cluster, node).reduce((sum, row) => sum + row.rowsExpiring + row.expirations, 0);
  return cluster.nodes.filter(({ isUp }) => isUp).reduce((sum, node) => sum + keptBy(node), 0);
}
