/** A chaos run in words. */
import type { Verdict } from "./checkers/verdict.js";
import type { ChaosReport } from "./run-chaos.js";

const LEVELS = "▁▂▃▄▅▆▇█";
const COLUMNS_MAX = 60;
/** Of a line of the history that shows a violation. */
const LINE_LENGTH_MAX = 400;

/** One column a second, or the worst of several; a dot where nothing ended. */
export function sparkline(shares: readonly (number | null)[]): string {
  const perColumn = Math.max(1, Math.ceil(shares.length / COLUMNS_MAX));
  let line = "";
  for (let at = 0; at < shares.length; at += perColumn) {
    const known = shares.slice(at, at + perColumn).filter((share) => share !== null);
    const worst = Math.min(...known);
    line += known.length === 0 ? "·" : LEVELS[Math.floor(worst * (LEVELS.length - 1))];
  }
  return line;
}

export function summaryOf(report: ChaosReport): string {
  const { seed, seconds, fullDisk, succeeded, ended, convergedMs } = report;
  const share = ended === 0 ? 0 : (100 * succeeded) / ended;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ");
  return [
    `seed ${seed}, ${seconds} s; disks full by ${fullDisk}`,
    `faults       ${list(report.faults)}`,
    ...Object.entries(report.calls).map(([name, counts]) => `${name.padEnd(16)} ${list(counts)}`),
    `errors       ${list(report.errors) || "none"}`,
    `available    ${sparkline(report.availability)}  ${share.toFixed(1)} % of ${ended} calls`,
    `converged    ${convergedMs === undefined ? "not" : `${convergedMs} ms after the last fault was undone`}`,
    ...report.verdicts.flatMap(verdictLines),
    ...report.problems.map((problem) => `PROBLEM  ${problem}`),
    report.ok ? "all that is promised was kept" : "BROKEN",
  ].join("\n");
}

function verdictLines({ name, ok, isPromised, counted, violationCount, violations }: Verdict): string[] {
  const mark = ok ? "ok      " : isPromised ? "BROKEN  " : "not so  ";
  const counts = Object.entries(counted).map(([what, count]) => `${count} ${what}`);
  const found = ok ? "" : `: ${violationCount} times`;
  const shown = isPromised ? violations : [];
  return [
    `${mark} ${name}${found}${isPromised ? "" : " (reported, not promised)"}  [${counts.join(", ")}]`,
    ...shown.flatMap(({ what, lines }) => [
      `           ${what}`,
      ...lines.map((line) => `             ${JSON.stringify(line).slice(0, LINE_LENGTH_MAX)}`),
    ]),
  ];
}
