/** What came of a run of the load tool, for people. */
import type { BenchResult, PhaseResult } from "../../bench/index.js";
import { type Column, duration, fieldLines, tableLines, wholeNumber } from "./table.js";

const COLUMNS: readonly Column[] = [
  { title: "OPERATION" },
  ...["COUNT", "OPS/S", "P50 MS", "P90 MS", "P99 MS", "P99.9 MS", "MAX MS", "ERRORS"].map(
    (title): Column => ({ title, align: "right" }),
  ),
];

export function benchLines(result: BenchResult): string[] {
  const { commit, guarantees, load, machine, run, settings, versions } = result;
  const fields: [string, string][] = [
    ["workload", `${settings.workload}, ${settings.keys} keys of ${wholeNumber(settings.records)} records`],
    ["driver", settings.driver],
    ["load", paceText(settings)],
    ["machine", `${machine.cores} cores, ${machine.cpu}; Node ${versions.node}`],
    ["version", `${versions.atoll}${commit === null ? "" : `, commit ${commit}`}`],
    ...guarantees.map((line): [string, string] => ["guarantee", line]),
  ];
  return [
    ...fieldLines(fields),
    "",
    ...(load === null ? [] : [loadLine(load)]),
    `${run.seconds.toFixed(1)} s, ${wholeNumber(run.perSecond)} operations a second, ${run.clientCpuUs.toFixed(1)} us of the clients' processors for each`,
    ...(run.unstarted === 0
      ? []
      : [`${wholeNumber(run.unstarted)} operations were due and never began: the store did not keep up`]),
    "",
    ...tableLines(COLUMNS, run.operations.map(rowOf)),
    ...errorLines(run),
    ...geoLines(result.geo),
  ];
}

const LAG_COLUMNS: readonly Column[] = [
  { title: "LAG FROM" },
  { title: "TO" },
  ...["LINK MS", "WRITES", "SEEN", "P50 MS", "P99 MS", "MAX MS"].map(
    (title): Column => ({ title, align: "right" }),
  ),
];

function geoLines(geo: BenchResult["geo"]): string[] {
  if (geo === null) return [];
  const { convergence, faults, lag, peerBytes } = geo;
  const rows = lag.map(({ from, latency, linkMs, seen, to, writes }) => [
    from,
    to,
    linkMs === null ? "?" : linkMs.toFixed(1),
    wholeNumber(writes),
    wholeNumber(seen),
    ...[latency.p50Ms, latency.p99Ms, latency.maxMs].map((ms) => ms.toFixed(1)),
  ]);
  return [
    "",
    ...(rows.length === 0 ? [] : tableLines(LAG_COLUMNS, rows)),
    ...faults.map(({ convergedMs, error, second, text }) => {
      const after =
        convergedMs === null ? "" : `: all regions saw all of before after ${duration(convergedMs)}`;
      return `at ${second.toFixed(1)} s ${text}${error === null ? after : `: FAILED: ${error}`}`;
    }),
    ...(peerBytes === null
      ? []
      : [
          `${wholeNumber(peerBytes.sent)} bytes between the nodes for ${wholeNumber(peerBytes.written)} bytes written${peerBytes.perWrittenByte === null ? "" : `: ${peerBytes.perWrittenByte.toFixed(2)} times`}`,
        ]),
    ...(convergence === null
      ? []
      : [
          convergence.ms === null
            ? "the nodes did not hold the same within 30 s after the end"
            : `all nodes held the same ${duration(convergence.ms)} after the end`,
        ]),
  ];
}

function paceText({ concurrency, processes, ratePerSecond, regions }: BenchResult["settings"]): string {
  const clients = `${processes === 1 ? "1 process" : `${processes} processes`}, ${wholeNumber(concurrency)} in flight${processes === 1 ? "" : " each"}`;
  const pace = ratePerSecond === null ? "closed loop" : `open loop at ${wholeNumber(ratePerSecond)}/s`;
  return [pace, clients, ...(regions.length === 0 ? [] : [`in ${regions.join(", ")}`])].join(", ");
}

function loadLine({ count, perSecond, seconds }: PhaseResult): string {
  return `${wholeNumber(count)} records written in ${seconds.toFixed(1)} s, ${wholeNumber(perSecond)} a second`;
}

function rowOf({
  count,
  errors,
  latency,
  operation,
  perSecond,
}: PhaseResult["operations"][number]): string[] {
  const { maxMs, p50Ms, p90Ms, p99Ms, p999Ms } = latency;
  const failures = Object.values(errors).reduce((sum, of) => sum + of, 0);
  return [
    operation,
    wholeNumber(count),
    wholeNumber(perSecond),
    ...[p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map((ms) => ms.toFixed(2)),
    wholeNumber(failures),
  ];
}

function errorLines({ operations }: PhaseResult): string[] {
  const lines = operations.flatMap(({ errors, operation }) =>
    Object.entries(errors).map(([reason, count]) => `  ${operation}: ${wholeNumber(count)} times ${reason}`),
  );
  return lines.length === 0 ? [] : ["", "errors", ...lines];
}
