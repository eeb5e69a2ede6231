/**
 * (a) What only a removed node had is in its quarantine: a put that it alone acknowledged, and that is not in the cluster in
 * the end, was taken out of its store, or something else has taken its place.
 */
import type { RunningNode } from "../cluster-processes.js";
import type { DamageBudget } from "../damage-budget.js";
import type { History, Read, Write } from "../history.js";
import { Violation } from "../violation.js";

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
