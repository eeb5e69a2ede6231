/**
 * Whether the registers at `QUORUM` were linearizable. It is not promised: the last write wins by its stamp, and a
 * coordinator that has not heard of a value, with a clock that is behind, stamps its successor below it. So this is
 * reported. With stamps for an order there is nothing to search: a history is linearizable in that order exactly if no
 * call that began after another had ended has a lower stamp, or an equal one if it is a write.
 */
import { type Call, callEvents } from "../history/calls.js";
import type { ClientLine, HistoryLine } from "../history/history-line.js";
import { Findings, type Verdict } from "./verdict.js";

export function checkLinearizable(history: Iterable<HistoryLine>): Verdict {
  const findings = new Findings();
  const latest = new Map<string, { readonly hlc: bigint; readonly line: ClientLine }>();
  const latestAtBegin = new Map<Call, { readonly hlc: bigint; readonly line: ClientLine }>();
  for (const event of callEvents(history)) {
    const { invoked } = event.call;
    if (invoked.workload !== "register") continue;
    const before = event.kind === "begin" ? latest.get(invoked.key) : latestAtBegin.get(event.call);
    if (event.kind === "begin") {
      if (before !== undefined) latestAtBegin.set(event.call, before);
      continue;
    }
    latestAtBegin.delete(event.call);
    const { line } = event;
    if (event.outcome !== "ok" || line.hlc === undefined) continue;
    findings.count(line.f);
    const hlc = BigInt(line.hlc);
    if (before !== undefined && (hlc < before.hlc || (line.f === "put" && hlc === before.hlc)))
      findings.violated(
        `a ${line.f} of ${line.key} stands before what had ended`,
        before.line,
        invoked,
        line,
      );
    const known = latest.get(line.key);
    if (known === undefined || hlc > known.hlc) latest.set(line.key, { hlc, line });
  }
  return findings.verdict("register: linearizable, in the order of the stamps", false);
}
