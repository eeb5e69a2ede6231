/**
 * Keys that keep concurrent values. A value may be gone only if a write carried the context of a read that had returned
 * it; and it has to be gone if such a write was acknowledged.
 */
import { callEvents, type Outcome } from "../history/calls.js";
import type { ClientLine, HistoryLine } from "../history/history-line.js";
import { Findings, type Verdict } from "./verdict.js";

interface Sibling {
  readonly invoked: ClientLine;
  /** Undefined while it is under way. */
  outcome: Outcome | undefined;
  /** A write that replaces it and was not refused: an acknowledged one if there is any. */
  replacedBy: { readonly line: ClientLine; readonly isSure: boolean } | undefined;
}

interface Key {
  readonly siblings: Map<string, Sibling>;
  finalReads: number;
}

export function checkMulti(history: Iterable<HistoryLine>): Verdict {
  const keys = new Map<string, Key>();
  const findings = new Findings();
  for (const event of callEvents(history)) {
    const { invoked } = event.call;
    if (invoked.workload !== "multi") continue;
    const key = keys.get(invoked.key) ?? { siblings: new Map(), finalReads: 0 };
    keys.set(invoked.key, key);
    if (event.kind === "begin") begin(key, invoked);
    else end(key, event.line, event.outcome, findings);
  }
  for (const [name, { siblings, finalReads }] of keys) {
    const [some] = siblings.values();
    if (finalReads === 0 && some !== undefined)
      findings.violated(`nobody read ${name} at last`, some.invoked);
  }
  return findings.verdict("multi: every acknowledged value is there or was replaced by who had seen it");
}

function begin({ siblings }: Key, invoked: ClientLine): void {
  if (invoked.f !== "put" || typeof invoked.value !== "string") return;
  siblings.set(invoked.value, { invoked, outcome: undefined, replacedBy: undefined });
}

function end(key: Key, line: ClientLine, outcome: Outcome, findings: Findings): void {
  if (line.f === "get") {
    if (outcome === "ok") judge(key, line, findings);
    return;
  }
  findings.count(`${line.f} ${outcome}`);
  if (line.f === "put" && typeof line.value === "string") {
    const written = key.siblings.get(line.value);
    if (written !== undefined) written.outcome = outcome;
  }
  if (outcome === "fail") return;
  const isSure = outcome === "ok";
  for (const value of line.observed ?? []) {
    const replaced = key.siblings.get(value);
    if (replaced !== undefined && replaced.replacedBy?.isSure !== true)
      replaced.replacedBy = { line, isSure };
  }
}

function judge(key: Key, read: ClientLine, findings: Findings): void {
  const values = new Set(Array.isArray(read.value) ? read.value : []);
  for (const value of values) {
    const sibling = key.siblings.get(value);
    if (sibling === undefined) findings.violated(`${value} was never written to ${read.key}`, read);
    else if (sibling.outcome === "fail")
      findings.violated(`${value} is there, and was refused`, sibling.invoked, read);
  }
  if (read.isFinal !== true) return;
  key.finalReads += 1;
  findings.count("final reads");
  for (const [value, { invoked, outcome, replacedBy }] of key.siblings) {
    if (values.has(value)) {
      if (replacedBy?.isSure === true)
        findings.violated(`${value} was replaced and is back`, invoked, replacedBy.line, read);
    } else if (outcome === "ok" && replacedBy === undefined) {
      findings.violated(`${value} was acknowledged and is lost`, invoked, read);
    }
  }
}
