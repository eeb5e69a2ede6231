/**
 * Keys that are put once and at most once deleted. At last:
 *
 *   put acknowledged, no delete begun      it is there, with its value and stamp
 *   delete acknowledged                    it is gone, whatever happened since
 *   put or delete certainly refused        as if nobody had asked
 */
import { callEvents, type Outcome } from "../history/calls.js";
import type { ClientLine, HistoryLine } from "../history/history-line.js";
import { Findings, type Verdict } from "./verdict.js";

interface End {
  readonly line: ClientLine;
  readonly outcome: Outcome;
}

interface Element {
  put: End | undefined;
  removal: End | undefined;
  finalReads: number;
}

export function checkSet(history: Iterable<HistoryLine>): Verdict {
  const elements = new Map<string, Element>();
  const findings = new Findings();
  for (const event of callEvents(history)) {
    const { workload, f, key, isFinal } = event.call.invoked;
    if (workload !== "set" || event.kind !== "end") continue;
    const element = elements.get(key) ?? { put: undefined, removal: undefined, finalReads: 0 };
    elements.set(key, element);
    const end = { line: event.line, outcome: event.outcome };
    if (f === "put") element.put = end;
    else if (f === "delete") element.removal = end;
    else if (isFinal === true && event.outcome === "ok") judge(element, event.line, findings);
  }
  for (const [key, { put, removal, finalReads }] of elements) {
    if (put !== undefined) findings.count(`put ${put.outcome}`);
    if (removal !== undefined) findings.count(`delete ${removal.outcome}`);
    if (finalReads === 0) findings.violated(`nobody read ${key} at last`, ...linesOf(put, removal));
  }
  return findings.verdict("set: nothing acknowledged is lost, nothing deleted returns");
}

function judge(element: Element, read: ClientLine, findings: Findings): void {
  const { put, removal } = element;
  element.finalReads += 1;
  findings.count("final reads");
  const violated = (what: string) => findings.violated(`${read.key} ${what}`, ...linesOf(put, removal), read);
  if (read.value === null) {
    const mayBeGone = removal?.outcome === "ok" || removal?.outcome === "info";
    if (put?.outcome === "ok" && !mayBeGone) violated("was acknowledged and is lost");
    return;
  }
  if (put === undefined || read.value !== put.line.value) violated("has a value that nobody put");
  else if (put.outcome === "fail") violated("is there, and its put was refused");
  else if (put.outcome === "ok" && put.line.hlc !== read.hlc) violated("has another stamp than its put");
  else if (removal?.outcome === "ok") violated("was deleted and is back");
}

function linesOf(...ends: readonly (End | undefined)[]): ClientLine[] {
  return ends.flatMap((end) => (end === undefined ? [] : [end.line]));
}
