/** At last, every region says the same of every key. */
import { callEvents } from "../history/calls.js";
import type { ClientLine, HistoryLine } from "../history/history-line.js";
import { Findings, type Verdict } from "./verdict.js";

export function checkConvergence(history: Iterable<HistoryLine>): Verdict {
  const findings = new Findings();
  const first = new Map<string, ClientLine>();
  for (const event of callEvents(history)) {
    const { workload, key, isFinal, f } = event.call.invoked;
    if (event.kind !== "end" || f !== "get" || isFinal !== true) continue;
    if (event.outcome !== "ok") continue;
    const name = `${workload} ${key}`;
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, event.line);
      findings.count("keys");
    } else if (contentOf(event.line) !== contentOf(other)) {
      findings.violated(`${name} differs between ${other.home} and ${event.line.home}`, other, event.line);
    }
  }
  return findings.verdict("all regions agree at last");
}

function contentOf({ value, hlc }: ClientLine): string {
  return JSON.stringify([Array.isArray(value) ? value.toSorted() : value, hlc]);
}
