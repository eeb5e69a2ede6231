import { describe, expect, it } from "vitest";
import { ProgressBar, type ProgressBarOptions } from "../../../src/cli/progress-bar.js";

const WIPE = "\r\x1b[K";

function barOn(stream: { isTTY?: boolean; columns?: number }, options: Partial<ProgressBarOptions> = {}) {
  const written: string[] = [];
  let nowMs = 0;
  const bar = new ProgressBar({
    unit: "rows",
    stream: { ...stream, write: (text) => written.push(text) },
    hasColor: false,
    nowMs: () => nowMs,
    ...options,
  });
  const at = (ms: number, done: number, fraction: number | undefined) => {
    nowMs = ms;
    bar.update(done, fraction);
    return written.at(-1);
  };
  return { bar, written, at };
}

describe("a progress bar", () => {
  it("is not there off a terminal", () => {
    const { bar, written, at } = barOn({});
    at(1_000, 10, 0.5);
    bar.clear();
    expect(written).toEqual([]);
  });

  it("draws what is done, how fast, and how long it will take", () => {
    const { at } = barOn({ isTTY: true });
    expect(at(2_000, 3_000, 0.25)).toBe(
      `${WIPE}██████░░░░░░░░░░░░░░░░░░   25%  3,000 rows  1,500/s  6.0 s left`,
    );
    expect(at(8_000, 12_000, 1)).toBe(
      `${WIPE}████████████████████████  100%  12,000 rows  1,500/s  0.0 ms left`,
    );
  });

  it("does not guess how long it will take from the first moments", () => {
    expect(barOn({ isTTY: true }).at(900, 1, 0.01)).toMatch(/1 rows {2}1\/s$/);
  });

  it("counts when nobody knows how much there is", () => {
    expect(barOn({ isTTY: true }).at(500, 100, undefined)).toBe(`${WIPE}100 rows  200/s`);
  });

  it("is green where colours are welcome", () => {
    const line = barOn({ isTTY: true }, { hasColor: true }).at(1_000, 1, 0.5);
    expect(line).toContain("\x1b[32m████████████\x1b[39m░░░░░░░░░░░░");
  });

  it("never wraps a narrow terminal", () => {
    expect(barOn({ isTTY: true, columns: 40 }).at(1_000, 5, 0.5)).toBe(
      `${WIPE} 50%  5 rows  5/s  1.0 s left`,
    );
    expect(barOn({ isTTY: true, columns: 0 }).at(1_000, 5, 0.5)).toContain("█");
    expect(barOn({ isTTY: true, columns: 10 }).at(1_000, 5, 0.5)).toBe(`${WIPE} 50%  5 r`);
  });

  it("redraws ten times a second at most", () => {
    const { written, at } = barOn({ isTTY: true });
    for (let ms = 0; ms < 1_000; ms += 10) at(ms, ms, ms / 1_000);
    expect(written.length).toBe(10);
  });

  it("wipes itself once", () => {
    const { bar, written, at } = barOn({ isTTY: true });
    bar.clear();
    expect(written).toEqual([]);
    at(0, 1, 0.1);
    bar.clear();
    bar.clear();
    expect(written.slice(1)).toEqual([WIPE]);
  });
});
