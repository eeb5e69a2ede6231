/** Whom members take for members, and who keeps copies for others. */
import { describe, expect, it } from "vitest";
import type { ViewMessage } from "../../../src/codec/index.js";
import { Views } from "../../../src/replication/views.js";

const FALLBACK = 3;
const PARTITION = 5;

function incarnations(ofFallback = 10): Map<number, number> {
  return new Map([
    [1, 10],
    [2, 10],
    [FALLBACK, ofFallback],
  ]);
}

const LAYOUT = { version: 1, hash: "0123456789abcdef" };

/** Members 1 and 2, with replicas, and 3, a fallback; each knows the views of all. */
function members(): { one: Views; home: Views; fallback: Views } {
  const one = new Views(LAYOUT, 1, incarnations());
  const home = new Views(LAYOUT, 2, incarnations());
  const fallback = new Views(LAYOUT, FALLBACK, incarnations());
  tell(home, 2, one);
  tell(fallback, FALLBACK, one, home);
  tell(one, 1, home);
  return { one, home, fallback };
}

/** As a link does: what is sent now comes as it is now. */
function tell(from: Views, number: number, ...to: Views[]): void {
  const { incarnations: known, releases, ...message } = from.message() as ViewMessage;
  for (const views of to)
    views.receive(number, { ...message, incarnations: new Map(known), releases: new Map(releases) });
}

describe("views", () => {
  it("agree when all know of the same incarnations", () => {
    const { one, home } = members();
    expect(one.isAgreedOn(PARTITION)).toBe(true);
    home.learned(FALLBACK, 11);
    tell(home, 2, one);
    expect(one.dissenters(PARTITION)).toEqual([2]);
  });

  it("do not agree on a partition while one keeps copies of it, and on others they do", () => {
    const { one, fallback } = members();
    expect(fallback.keep(new Set([PARTITION]))).toBe(true);
    expect(fallback.keep(new Set([PARTITION]))).toBe(false);
    tell(fallback, FALLBACK, one);
    expect(one.isAgreedOn(PARTITION)).toBe(false);
    expect(one.isAgreedOn(PARTITION + 1)).toBe(true);
  });

  it("agree after a release only with those that have heard of it, so that what they say was said after it", () => {
    const { one, home, fallback } = members();
    fallback.keep(new Set([PARTITION]));
    tell(fallback, FALLBACK, one, home);
    fallback.keep(new Set());
    tell(fallback, FALLBACK, one);
    // What the home said of its rows may be from before it had the copies.
    expect(one.dissenters(PARTITION)).toContain(2);
    const said = home.version;
    tell(fallback, FALLBACK, home);
    expect(home.version).toBeGreaterThan(said);
    tell(home, 2, one);
    tell(one, 1, fallback);
    tell(home, 2, fallback);
    tell(fallback, FALLBACK, one);
    expect(one.isAgreedOn(PARTITION)).toBe(true);
  });

  it("do not take a release for one of another incarnation", () => {
    const { one, home, fallback } = members();
    const release = (views: Views, ...to: Views[]): void => {
      views.keep(new Set([PARTITION]));
      views.keep(new Set());
      tell(views, FALLBACK, ...to);
    };
    release(fallback, one, home);
    const restarted = new Views(LAYOUT, FALLBACK, incarnations(11));
    for (const views of [one, home]) views.learned(FALLBACK, 11);
    release(restarted, one);
    tell(home, 2, one);
    expect(one.dissenters(PARTITION)).toContain(2);
  });

  it("tell whether a release is news", () => {
    const { one, fallback } = members();
    expect(one.receive(FALLBACK, fallback.message())).toBe(false);
    fallback.keep(new Set([PARTITION]));
    expect(one.receive(FALLBACK, fallback.message())).toBe(false);
    fallback.keep(new Set());
    expect(one.receive(FALLBACK, fallback.message())).toBe(true);
    expect(one.receive(FALLBACK, fallback.message())).toBe(false);
  });
});
