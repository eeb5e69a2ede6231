import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { reportPage } from "../../../../bench/index.js";
import type { Chart } from "../../../../bench/report/charts.js";
import { sampleResult } from "../sample-result.js";

const scriptsOf = (page: string): string[] =>
  [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = ""]) => script);

const chartsOf = (page: string): Chart[] => JSON.parse(scriptsOf(page)[0] ?? "");

interface Drawn {
  readonly options: { readonly series: readonly unknown[]; readonly axes: readonly unknown[] };
  readonly data: readonly (readonly unknown[])[];
}

/** Runs a page's own script as a browser would, with a chart library that only listens. */
function draw(page: string): Drawn[] {
  const scripts = scriptsOf(page);
  const drawn: Drawn[] = [];
  runInNewContext(scripts.at(-1) ?? "", {
    document: { getElementById: (id: string) => ({ textContent: scripts[0], clientWidth: 500, id }) },
    getComputedStyle: () => ({ getPropertyValue: (name: string) => name }),
    addEventListener: () => {},
    devicePixelRatio: 1,
    uPlot: class {
      constructor(options: Drawn["options"], data: Drawn["data"]) {
        drawn.push({ options, data });
      }
    },
  });
  return drawn;
}

describe("a report", () => {
  it("needs nothing from anywhere", () => {
    const page = reportPage([sampleResult("atoll", 5)]);
    expect(page).not.toMatch(/<(?:script|img|iframe)[^>]+src=|<link|@import|url\(/);
    expect(page).toContain("uPlot");
  });

  it("draws every chart that it has a place for, each line with as many values as there are places", () => {
    for (const runs of [["atoll"], ["atoll", "redis"], ["atoll", "atoll", "null"]]) {
      const page = reportPage(runs.map((driver) => sampleResult(driver, 5, { TIMEOUT: 3 })));
      const charts = chartsOf(page);
      const drawn = draw(page);
      expect(drawn.length).toBe(charts.length);
      expect([...page.matchAll(/id="chart-\d+"/g)].length).toBe(charts.length);
      for (const { data, options } of drawn) {
        expect(options.series.length).toBe(data.length);
        expect(new Set(data.map((values) => values.length)).size).toBe(1);
      }
    }
  });

  it("shows seconds as they were, and not the last replies after the end", () => {
    const [throughput] = chartsOf(reportPage([sampleResult("atoll", 5)]));
    expect(throughput?.data).toEqual([
      [0, 1],
      [150, 50],
    ]);
  });

  it("has a chart of errors only where there are any", () => {
    const titles = (errors: Record<string, number>): string[] =>
      chartsOf(reportPage([sampleResult("atoll", 5, errors)])).map(({ title }) => title);
    expect(titles({})).not.toContain("Errors per second");
    expect(titles({ TIMEOUT: 1 })).toContain("Errors per second");
  });

  it("compares runs with the first, under names of their own", () => {
    const page = reportPage([sampleResult("atoll", 5), sampleResult("atoll", 10), sampleResult("null", 1)]);
    for (const text of ["atoll a #1", "atoll a #2", "null a", "2.00×", "0.20×"]) expect(page).toContain(text);
    const latency = chartsOf(page).find(({ title }) => title === "Latency of read");
    expect(latency?.lines.map(({ label }) => label)).toEqual(["atoll a #1", "atoll a #2", "null a"]);
    expect(latency?.data[0]).toEqual([0, 0.301, 1, 2]);
  });

  it("marks faults where they happened, and shows what followed", () => {
    const percentiles = { meanMs: 1, p50Ms: 10, p90Ms: 1, p99Ms: 20, p999Ms: 1, maxMs: 30 };
    const geo = {
      faults: [{ second: 0.5, text: "partition a b", error: null, convergedMs: null }],
      lag: [{ from: "a", to: "b", linkMs: 5, writes: 7, seen: 6, latency: percentiles }],
      staleness: [
        { second: 0, ms: [3] },
        { second: 1, ms: [900] },
        { second: 2, ms: [1] },
      ],
      peerBytes: { sent: 300, written: 200, perWrittenByte: 1.5 },
      convergence: { ms: null },
    };
    const page = reportPage([{ ...sampleResult("atoll", 5), geo }]);
    const charts = chartsOf(page);
    const staleness = charts.find(({ title }) => title === "Staleness between regions");
    expect(staleness?.data).toEqual([
      [0, 1],
      [3, 900],
    ]);
    for (const { marks, x } of charts)
      expect(marks).toEqual(x === "seconds" ? [{ at: 0.5, text: "partition a b" }] : []);
    for (const text of ["a to b", "6 of 7", "1.50 for each byte", "not within 30 s"])
      expect(page).toContain(text);
    expect(draw(page).length).toBe(charts.length);
  });

  it("takes nothing in a result for markup", () => {
    const page = reportPage([sampleResult("</script><b>", 5)]);
    expect(page).toContain("a &lt;processor&gt;");
    expect(page).not.toContain("</script><b>");
    expect(draw(page).length).toBe(chartsOf(page).length);
  });
});
