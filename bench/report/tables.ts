/** The tables of a report. */
import type { NamedResult } from "./named-results.js";

type Fault = NonNullable<NamedResult["result"]["geo"]>["faults"][number];

export type Cell = string;

export interface Table {
  readonly head: readonly Cell[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Each operation of each run; with several runs also what it is of the first one's. */
export function comparisonTable(runs: readonly NamedResult[]): Table {
  const [first, ...others] = runs;
  const isCompared = others.length > 0;
  const rows = runs.flatMap(({ name, result }) =>
    result.run.operations.map(({ count, errors, latency, operation, perSecond }) => {
      const base = first?.result.run.operations.find((one) => one.operation === operation);
      const failures = Object.entries(errors).map(([reason, times]) => `${whole(times)} ${reason}`);
      return [
        ...(isCompared ? [name] : []),
        operation,
        whole(count),
        whole(perSecond),
        ...(isCompared ? [ratio(perSecond, base?.perSecond)] : []),
        ...[latency.p50Ms, latency.p90Ms, latency.p99Ms, latency.p999Ms, latency.maxMs].map(milliseconds),
        ...(isCompared ? [ratio(latency.p99Ms, base?.latency.p99Ms)] : []),
        failures.join(", ") || "0",
      ];
    }),
  );
  const head = [
    ...(isCompared ? ["run"] : []),
    "operation",
    "count",
    "ops/s",
    ...(isCompared ? ["ops/s to first"] : []),
    ...["p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms"],
    ...(isCompared ? ["p99 to first"] : []),
    "errors",
  ];
  return { head, rows };
}

/** Of runs in several regions. */
export function lagTable(runs: readonly NamedResult[]): Table {
  const rows = runs.flatMap(({ name, result }) =>
    (result.geo?.lag ?? []).map(({ from, latency, linkMs, seen, to, writes }) => [
      ...(runs.length > 1 ? [name] : []),
      `${from} to ${to}`,
      linkMs === null ? "?" : milliseconds(linkMs),
      ...[latency.p50Ms, latency.p99Ms, latency.maxMs].map(milliseconds),
      `${whole(seen)} of ${whole(writes)}`,
    ]),
  );
  const head = [...(runs.length > 1 ? ["run"] : []), "lag", "link ms", "p50 ms", "p99 ms", "max ms", "seen"];
  return { head, rows };
}

/** One column a run. */
export function settingsTable(runs: readonly NamedResult[]): Table {
  const row = (title: string, of: (run: NamedResult["result"]) => string): string[] => [
    title,
    ...runs.map(({ result }) => of(result)),
  ];
  return {
    head: ["", ...runs.map(({ name }) => name)],
    rows: [
      row("started", ({ startedAt }) => startedAt),
      row("workload", ({ settings }) => `${settings.workload}, ${settings.keys} keys`),
      row("records", ({ settings }) => `${whole(settings.records)}, values of ${settings.valueBytes} bytes`),
      row("pace", ({ settings: { ratePerSecond } }) =>
        ratePerSecond === null ? "closed loop" : `open loop, ${whole(ratePerSecond)}/s`,
      ),
      row(
        "clients",
        ({ settings: { concurrency, processes } }) => `${processes} × ${whole(concurrency)} in flight`,
      ),
      row("regions", ({ settings }) => settings.regions.join(", ") || "not named"),
      row(
        "measured",
        ({ run, settings }) => `${run.seconds.toFixed(1)} s after ${settings.warmUpSeconds} s of warm-up`,
      ),
      row("load phase", ({ load }) =>
        load === null ? "none" : `${whole(load.count)} records, ${whole(load.perSecond)}/s`,
      ),
      row("client processor", ({ run }) => `${run.clientCpuUs.toFixed(1)} µs an operation`),
      row("bytes between nodes", ({ geo }) => {
        const bytes = geo?.peerBytes ?? null;
        if (bytes === null) return "not known";
        const times =
          bytes.perWrittenByte === null ? "" : `, ${bytes.perWrittenByte.toFixed(2)} for each byte written`;
        return `${whole(bytes.sent)}${times}`;
      }),
      row("faults", ({ geo }) => geo?.faults.map(faultText).join(" · ") || "none"),
      row("same data after the end", ({ geo }) => {
        const convergence = geo?.convergence ?? null;
        if (convergence === null) return "not looked at";
        return convergence.ms === null ? "not within 30 s" : `after ${milliseconds(convergence.ms)} ms`;
      }),
      row("due and never begun", ({ run }) => whole(run.unstarted)),
      row("guarantees", ({ guarantees }) => guarantees.join(" · ")),
      row(
        "machine",
        ({ machine }) =>
          `${machine.cores} cores, ${machine.cpu}, ${whole(machine.memoryMib)} MiB, ${machine.system}`,
      ),
      row(
        "versions",
        ({ commit, versions }) =>
          `AtollDB ${versions.atoll}, Node ${versions.node}, grpc-js ${versions.grpcJs}${commit === null ? "" : `, commit ${commit}`}`,
      ),
    ],
  };
}

function faultText({ convergedMs, error, second, text }: Fault): string {
  const after = convergedMs === null ? "" : `, all seen everywhere ${milliseconds(convergedMs)} ms later`;
  return `${second.toFixed(1)} s ${text}${error === null ? after : `: ${error}`}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function milliseconds(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : 1);
}

function ratio(value: number, base: number | undefined): string {
  return base === undefined || base === 0 ? "" : `${(value / base).toFixed(2)}×`;
}
