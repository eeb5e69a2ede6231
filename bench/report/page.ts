/** A report: one HTML file that needs nothing from anywhere, so that it can be kept, mailed and opened years later. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { BenchResult } from "../load/index.js";
import { type Chart, chartsOf } from "./charts.js";
import { type NamedResult, named } from "./named-results.js";
import { PAGE_SCRIPT } from "./page-script.js";
import { PAGE_STYLE } from "./page-style.js";
import { type Cell, comparisonTable, lagTable, settingsTable, type Table } from "./tables.js";

/** @param results one, or more to compare: the others with the first */
export function reportPage(results: readonly BenchResult[]): string {
  const runs = named(results);
  const charts = chartsOf(runs);
  const lag = lagTable(runs);
  const uplot = chartLibrary();
  const title = runs.length === 1 ? `Load test: ${runs[0]?.name}` : "Load tests compared";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${uplot.style}${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="muted">${escaped(subtitle(runs))}</p>
${tableHtml(comparisonTable(runs), "figures")}
<div class="charts">
${charts.map(chartHtml).join("\n")}
</div>
${lag.rows.length === 0 ? "" : `<h2>Lag between regions</h2>${tableHtml(lag, "figures")}`}
<h2>What was run</h2>
${tableHtml(settingsTable(runs), "settings")}
</main>
<script type="application/json" id="charts">${embedded(charts)}</script>
<script>${uplot.script}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function subtitle(runs: readonly NamedResult[]): string {
  const days = [...new Set(runs.map(({ result }) => result.startedAt.slice(0, 10)))].sort();
  const machines = [
    ...new Set(runs.map(({ result: { machine } }) => `${machine.cores} cores, ${machine.cpu}`)),
  ];
  return `${days.join(", ")} · ${machines.join("; ")}`;
}

function chartHtml({ note, title }: Chart, at: number): string {
  const said = note === "" ? "" : `<p class="muted">${escaped(note)}</p>`;
  return `<section><h2>${escaped(title)}</h2>${said}<div class="chart" id="chart-${at}"></div></section>`;
}

function tableHtml({ head, rows }: Table, kind: string): string {
  const line = (cells: readonly Cell[], tag: "th" | "td"): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table class="${kind}"><thead>${line(head, "th")}</thead><tbody>${rows.map((row) => line(row, "td")).join("")}</tbody></table></div>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** JSON in a script: nothing in it may look like the end of that. */
function embedded(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function chartLibrary(): { readonly script: string; readonly style: string } {
  const script = createRequire(import.meta.url).resolve("uplot/dist/uPlot.iife.min.js");
  const style = join(dirname(script), "uPlot.min.css");
  return { script: readFileSync(script, "utf8"), style: readFileSync(style, "utf8") };
}
