/** What the charts of a report show, as data for the script in its page. */
import type { BenchResult, SecondResult } from "../load/index.js";
import type { NamedResult } from "./named-results.js";

/** One chart: lines over one axis, by uPlot. */
export interface Chart {
  readonly title: string;
  /** What a reader should know to read it. */
  readonly note: string;
  readonly x: "seconds" | "percentile";
  readonly unit: string;
  readonly isLogarithmic: boolean;
  readonly lines: readonly Line[];
  /** The x values, and the values of each line at them; null where a line has none. */
  readonly data: readonly (readonly (number | null)[])[];
  /** What was done to the cluster, and when. */
  readonly marks: readonly Mark[];
}

interface Line {
  readonly label: string;
  /** Which colour, from 0: the same run has the same in all charts. */
  readonly colour: number;
  readonly isDashed: boolean;
}

interface Mark {
  readonly at: number;
  readonly text: string;
}

type Points = ReadonlyMap<number, number>;

export function chartsOf(results: readonly NamedResult[]): Chart[] {
  const isAlone = results.length === 1;
  return [
    overTime(results, "Operations per second", "/s", false, [["", ({ count }) => count]]),
    overTime(results, "Latency over time", "ms", true, latencyLines(isAlone)),
    ...(results.some(({ result }) => result.run.errors > 0)
      ? [
          overTime(results, "Errors per second", "/s", false, [["", ({ errors }) => errors]]),
          overTime(results, "Availability", "%", false, [["", availability]]),
        ]
      : []),
    ...results.flatMap((run) => staleness(run, isAlone)),
    ...kindsOf(results).map((kind) => byPercentile(results, kind)),
  ];
}

/** Percent of the operations that ended well; none ended: none were to be had. */
function availability({ count, errors }: SecondResult): number {
  return count === 0 ? 0 : (100 * count) / (count + errors);
}

type SecondValue = readonly [name: string, value: (second: SecondResult) => number];

function latencyLines(isAlone: boolean): SecondValue[] {
  const p50: SecondValue = ["p50", ({ p50Ms }) => p50Ms];
  const p99: SecondValue = ["p99", ({ p99Ms }) => p99Ms];
  return isAlone ? [p50, p99, ["max", ({ maxMs }) => maxMs]] : [p50, p99];
}

function overTime(
  results: readonly NamedResult[],
  title: string,
  unit: string,
  isLogarithmic: boolean,
  values: readonly SecondValue[],
): Chart {
  const isAlone = results.length === 1;
  const lines = results.flatMap(({ name, result }, at) =>
    values.map(([value, of], variant) => ({
      label: isAlone ? value || title.toLowerCase() : `${name} ${value}`.trim(),
      colour: isAlone ? variant : at,
      isDashed: !isAlone && variant > 0,
      points: new Map(wholeSeconds(result).map((second) => [second.second, of(second)])),
    })),
  );
  return {
    ...{ title, unit, isLogarithmic, x: "seconds" as const, note: "" },
    ...merged(lines, isLogarithmic),
    marks: isAlone ? marksOf(results[0]?.result) : [],
  };
}

function marksOf(result: BenchResult | undefined): Mark[] {
  return (result?.geo?.faults ?? []).map(({ error, second, text }) => ({
    at: second,
    text: error === null ? text : `${text}: failed`,
  }));
}

/** How far each region was behind each other one. */
function staleness({ name, result }: NamedResult, isAlone: boolean): Chart[] {
  const { geo } = result;
  if (geo === null || geo.staleness.length === 0) return [];
  const end = wholeSeconds(result).length;
  const lines = geo.lag.map(({ from, to }, at) => ({
    label: `${from} in ${to}`,
    colour: at,
    isDashed: false,
    points: new Map(
      geo.staleness.filter(({ second }) => second < end).map(({ ms, second }) => [second, ms[at] ?? 0]),
    ),
  }));
  return [
    {
      title: isAlone ? "Staleness between regions" : `Staleness between regions, ${name}`,
      note: "The age of the oldest write of one region that another did not show yet, at its worst in each second.",
      ...{ x: "seconds" as const, unit: "ms", isLogarithmic: true },
      ...merged(lines, true),
      marks: marksOf(result),
    },
  ];
}

function byPercentile(results: readonly NamedResult[], kind: string): Chart {
  const lines = results.flatMap(({ name, result }, at) => {
    const operation = result.run.operations.find(({ operation }) => operation === kind);
    if (operation === undefined || operation.count === 0) return [];
    const points = new Map(
      operation.distribution
        .filter(([percent]) => percent < 100)
        .map(([percent, ms]) => [percentilePosition(percent), ms]),
    );
    return [{ label: results.length === 1 ? kind : name, colour: at, isDashed: false, points }];
  });
  return {
    title: `Latency of ${kind}`,
    note: "Each step to the right is ten times rarer.",
    x: "percentile",
    unit: "ms",
    isLogarithmic: true,
    ...merged(lines, true),
    marks: [],
  };
}

/** 0 for 0%, 1 for 90%, 2 for 99%, 3 for 99.9%. */
function percentilePosition(percent: number): number {
  return Math.round(-Math.log10(1 - percent / 100) * 1_000) / 1_000;
}

/** Without what came after the end: only the last replies, which would look like a break-down. */
function wholeSeconds({ run, settings }: BenchResult): readonly SecondResult[] {
  const end = settings.seconds ?? Math.max(1, Math.floor(run.seconds));
  return run.series.filter(({ second, errors }) => second < end || errors > 0);
}

/** @param skipsZero where there is no place for it: on a logarithmic axis */
function merged(
  lines: readonly (Line & { readonly points: Points })[],
  skipsZero: boolean,
): Pick<Chart, "lines" | "data"> {
  const xs = [...new Set(lines.flatMap(({ points }) => [...points.keys()]))].sort((a, b) => a - b);
  const valueAt = (points: Points, x: number): number | null => {
    const value = points.get(x);
    return value === undefined || (skipsZero && value <= 0) ? null : value;
  };
  return {
    lines: lines.map(({ colour, isDashed, label }) => ({ label, colour, isDashed })),
    data: [xs, ...lines.map(({ points }) => xs.map((x) => valueAt(points, x)))],
  };
}

function kindsOf(results: readonly NamedResult[]): string[] {
  return [
    ...new Set(results.flatMap(({ result }) => result.run.operations.map(({ operation }) => operation))),
  ].sort();
}
