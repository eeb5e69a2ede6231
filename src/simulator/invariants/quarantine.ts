/**
 * (a) What only a removed node had is in its quarantine: a put that it alone acknowledged, and that is not in the cluster in
 * the end, was taken out of its store, or something else has taken its place. And whatever of its own its disk shows that
 * no other disk ever had is there, acknowledged or not.
 */
import { actorMember, type Dot, formatDot } from "../../causality/index.js";
import { readRow } from "../../codec/index.js";
import type { RunningNode } from "../cluster-processes.js";
import type { DamageBudget } from "../damage-budget.js";
import type { DiskClocks } from "../disk-clocks.js";
import { opened, partitionOf, recordsOn } from "../disk-record.js";
import type { History, Read, Write } from "../history.js";
import { Violation } from "../violation.js";

/** Store keys of rows: see `storage/store-keys`. */
const ROWS = { from: "r", to: "s" };

type Judged = Pick<RunningNode, "isRemoved" | "member" | "quarantine">;

export function checkQuarantine(
  history: History,
  final: readonly Read[],
  nodes: readonly Judged[],
  budget: DamageBudget,
): void {
  // What its disk has lost, nobody can take out of it.
  if (budget.hasLostDisk) return;
  for (const node of nodes.filter(({ isRemoved }) => isRemoved))
    for (const read of final)
      for (const write of history.writesOf(read.key))
        if (isLost(write, read, history, node)) throw lost(write, node);
}

/** What an unshared dot is looked for in. */
type Searched = Pick<RunningNode, "isRemoved" | "member" | "quarantine" | "host">;

export function checkQuarantineComplete(
  nodes: readonly Searched[],
  clocks: Pick<DiskClocks, "isHeldAlone">,
): void {
  for (const { host, member, quarantine } of nodes.filter(({ isRemoved }) => isRemoved))
    for (const { partition, dot } of liveDotsOn(host))
      if (
        actorMember(dot.actor) === member.number &&
        clocks.isHeldAlone(member.number, partition, dot) &&
        !quarantine.some((write) => write.partition === partition && formatDot(write.dot) === formatDot(dot))
      )
        throw new Violation(
          "a",
          `only ${member.nodeId} had ${formatDot(dot)} of partition ${partition}, and it is not in its quarantine`,
        );
}

function* liveDotsOn(host: Searched["host"]): Generator<{ readonly partition: number; readonly dot: Dot }> {
  for (const [key, value] of recordsOn(host, ROWS))
    for (const dot of opened(key, value, readRow)?.live ?? []) yield { partition: partitionOf(key), dot };
}

function isLost(write: Write, final: Read, history: History, { member, quarantine }: Judged): boolean {
  if (write.kind !== "put" || write.fate !== "acknowledged" || write.minter !== member.number) return false;
  if (final.texts.includes(write.value)) return false;
  if (quarantine.some(({ hlc, key }) => hlc === write.hlc && key.toString() === write.key.name)) return false;
  return !history.writesOf(write.key).some((other) => mayReplace(other, write));
}

/** A register keeps the highest stamp; siblings go when somebody had read them, or with a delete of all that is there. */
function mayReplace(other: Write, put: Write): boolean {
  if (other === put || other.fate === "refused") return false;
  if (other.observed?.includes(put.value) === true) return true;
  if (put.key.type === "multi") return other.kind === "delete" && other.observed === undefined;
  return other.fate === "unknown" || other.hlc > put.hlc;
}

function lost({ key, value, hlc }: Write, { member, quarantine }: Judged): Violation {
  return new Violation(
    "a",
    `acknowledged put ${value} of ${key.name} (stamp ${hlc}) is neither in the cluster nor in the ${quarantine.length} writes of ${member.nodeId} in quarantine`,
  );
}
