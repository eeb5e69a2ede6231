/** The demo as a person reads it: what was done, the numbers that came of it, and what they prove. */
import { roundTripMs } from "../regions.js";
import type { Check } from "./check.js";
import type { ConflictPlan } from "./conflict-plan.js";
import type { CutMeasures } from "./cut-phase.js";
import type { Convergence, HealMeasures } from "./heal-phase.js";
import type { ImportMeasures } from "./import-phase.js";
import type { PairLag, QuietMeasures } from "./lag-phase.js";
import type { DemoReport } from "./report.js";

export function opening(regions: readonly string[], nodesPerRegion: number): string[] {
  const pairs = regions.flatMap((from, at) => regions.slice(at + 1).map((to) => [from, to] as const));
  const links = pairs.map(([from, to]) => `${from} - ${to} ${roundTripMs(from, to)} ms`);
  return [
    `AtollDB: ${regions.length} regions of ${nodesPerRegion} nodes. Real processes, gRPC, LevelDB, fsync before every reply.`,
    `Round trips are those of a real cloud: ${links.join(", ")}.`,
  ];
}

export function started(nodes: number, elapsedMs: number): string[] {
  return [`${nodes} nodes take requests after ${seconds(elapsedMs)}.`];
}

export function quietTitle(): string[] {
  return title("Writes wait for their own region only (LOCAL_QUORUM), and replicate to the others");
}

export function quietLines({ writeLatencies, writesPerRegion, lag }: QuietMeasures): string[] {
  const rows = Object.entries(writeLatencies).map(([region, { p50Ms, p99Ms }]) => [
    `write in ${region}`,
    ms(p50Ms),
    ms(p99Ms),
    count(writesPerRegion),
  ]);
  return table([["", "p50", "p99", "writes"], ...rows]).concat(lagTable(lag));
}

export function importTitle(region: string, places: number): string[] {
  return title(
    `Import ${count(places)} places in ${region}, while the other regions read them as they arrive`,
  );
}

export function importLines(
  { accepted, elapsedMs, readers }: ImportMeasures,
  lag: readonly PairLag[],
): string[] {
  const rate = Math.round((accepted * 1000) / Math.max(1, elapsedMs));
  const read = readers.map(({ region, reads, hits, lastFoundAfterMs }) => {
    const last =
      lastFoundAfterMs === null ? "not all arrived" : `the last ${ms(lastFoundAfterMs)} after the import`;
    return `  ${region} found ${count(hits)} in ${count(reads)} reads, ${last}`;
  });
  const writers = lag.filter(({ from }) => from === lag[0]?.from);
  return [
    `  ${count(accepted)} places accepted in ${seconds(elapsedMs)}, ${count(rate)} a second`,
    ...read,
    ...lagTable(writers),
  ];
}

export function cutTitle({ cutOff, others, registers, multis }: ConflictPlan): string[] {
  return title(
    `Cut ${cutOff} off from ${others.join(" and ")}, and write the same ${count(registers.length)} register and ${count(multis.length)} multi keys on both sides`,
  );
}

export function cutLines({ writes, views, waiting, elapsedMs, cutOff }: CutMeasures): string[] {
  const rows = writes.map(({ region, attempted, accepted, latencies }) => {
    const view = views.find((one) => one.region === region);
    return [
      region,
      `${count(accepted)} of ${count(attempted)}`,
      ms(latencies.p50Ms),
      ms(latencies.p99Ms),
      `${count(view?.ownSide ?? 0)} own, ${count(view?.otherSide ?? 0)} other`,
    ];
  });
  return [
    ...table([["", "accepted", "p50", "p99", "reads show"], ...rows]),
    `  after ${seconds(elapsedMs)} ${count(waiting.forCutOff)} writes wait for ${cutOff}, and ${count(waiting.forOthers)} of its own for the others`,
  ];
}

export function healTitle(): string[] {
  return title("Heal the cut");
}

export function healLines({ convergence, registers, multis, resolution }: HealMeasures): string[] {
  const winners = Object.entries(registers.winners).map(([region, keys]) => `${region} ${count(keys)}`);
  const resolved = resolution.elapsedMs === null ? "not in time" : `after ${ms(resolution.elapsedMs)}`;
  return [
    `  ${convergenceLine(convergence)}`,
    `  register: of ${count(registers.accepted)} writes to ${count(registers.keys)} keys last-write-wins discarded ${count(registers.discarded)}; the winners: ${winners.join(", ")}`,
    `  multi: of ${count(multis.accepted)} writes to ${count(multis.keys)} keys ${count(multis.kept)} are kept as siblings`,
    `  ${resolution.key} had ${resolution.siblings.map((text) => JSON.stringify(text)).join(" and ")};`,
    `  one put in ${resolution.region} with the context of that read made it one value in all regions, ${resolved}`,
  ];
}

export function closing({ ok, checks, elapsedMs, cluster }: DemoReport): string[] {
  const failed = checks.filter((check) => !check.ok);
  const verdict = ok
    ? `CONVERGED: all ${checks.length} checks hold, after ${seconds(elapsedMs)}.`
    : `FAILED: ${failed.length} of ${checks.length} checks, after ${seconds(elapsedMs)}:`;
  const lines = ["", verdict, ...failed.map(checkLine)];
  if (!cluster.kept) return lines;
  return [
    ...lines,
    "",
    "The cluster goes on:",
    ...cluster.regions.map(({ name, endpoints }) => `  ${name}  ${endpoints.join(" ")}`),
    "Look around, and stop it:",
    `  atoll get Japan/Tokyo/Tokyo --bucket places --endpoint ${cluster.regions[0]?.endpoints[0]}`,
    `  atoll cluster status --data ${cluster.data}`,
    `  atoll cluster down --data ${cluster.data}`,
  ];
}

export function checkLine({ name, ok, detail }: Check): string {
  return `  ${ok ? "OK    " : "FAILED"}  ${name}: ${detail}`;
}

function convergenceLine({ elapsedMs, nodes, digests }: Convergence): string {
  return elapsedMs === null
    ? `not converged: ${nodes} nodes have ${digests} different digests`
    : `converged in ${seconds(elapsedMs)}: ${nodes} nodes, one digest`;
}

function lagTable(lag: readonly PairLag[]): string[] {
  const rows = lag.map(({ from, to, linkMs, p50Ms, p99Ms, arrivals }) => [
    `${from} to ${to}`,
    ms(p50Ms),
    ms(p99Ms),
    count(arrivals),
    ms(linkMs),
  ]);
  return table([["replication lag", "p50", "p99", "arrivals", "the link's delay"], ...rows]);
}

/** Indented, the first column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
}

function title(text: string): string[] {
  return ["", text];
}

function ms(value: number): string {
  return `${value < 10 ? value : Math.round(value)} ms`;
}

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1)} s`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
