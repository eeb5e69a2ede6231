import { describe, expect, it } from "vitest";
import { VersionVector } from "../../../src/causality/index.js";
import type {
  CatchUpBody,
  CatchUpLogPage,
  CatchUpRequest,
  CatchUpRowPage,
  RowKey,
} from "../../../src/codec/index.js";
import { aboveFloor, newDoubt } from "../../../src/replica/index.js";
import { logKey, rowStoreKey } from "../../../src/storage/index.js";
import { pageOf } from "./catch-up-receiver.js";
import { PARTITION, ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const NOTHING = new VersionVector();
const LARGE = Buffer.alloc(150 * 1024, "x");

function request(part: Partial<CatchUpRequest> = {}): CatchUpRequest {
  const base = { type: "catch-up-request", partition: PARTITION, session: 1 } as const;
  return { ...base, target: undefined, position: NOTHING, rows: undefined, ...part };
}

function logPage(f: ReplicaFixture, part: Partial<CatchUpRequest> = {}): CatchUpLogPage {
  const page = pageOf(f, request(part));
  if (page.kind !== "log") throw new Error(`a page of the log was expected, not ${describeBody(page)}`);
  return page;
}

function rowPage(f: ReplicaFixture, after?: RowKey): CatchUpRowPage {
  const page = pageOf(f, request({ rows: { after } }));
  if (page.kind !== "rows") throw new Error(`a page of rows was expected, not ${describeBody(page)}`);
  return page;
}

function describeBody(body: CatchUpBody): string {
  return body.kind === "refused" ? body.reason : body.kind;
}

/** Puts to rows k0, k1, …, durable. */
function withRows(count: number, value: string | Buffer = "v"): ReplicaFixture {
  const f = new ReplicaFixture();
  for (let at = 0; at < count; at++) f.put(name(at), value);
  f.settle();
  return f;
}

function name(at: number): RowKey {
  return rowKeyOf(`k${String(at).padStart(5, "0")}`);
}

describe("a page of the log", () => {
  it("carries the pointers from the position on, and each row once however often it was written", () => {
    const f = new ReplicaFixture();
    for (let at = 0; at < 3; at++) {
      f.put(name(0), `a${at}`);
      f.remove(name(0));
    }
    f.put(name(0), "last");
    f.put(name(1));
    f.settle();
    const page = logPage(f, { position: VersionVector.from([[f.actor, 2]]) });
    expect(page.entries.map(({ counter }) => counter)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(page.rows.map(({ rowKey }) => rowKey)).toEqual([name(0), name(1)]);
    expect(page.rows[0]?.live.map(({ payload }) => payload.data.toString())).toEqual(["last"]);
    expect(page.isLast).toBe(true);
    expect(page.position.sorted()).toEqual([[f.actor, 8]]);
    expect(page.target.sorted()).toEqual([[f.actor, 8]]);
  });

  it("says of a row that is gone that nothing lives there", () => {
    const f = new ReplicaFixture();
    f.put(name(0));
    f.remove(name(0));
    f.settle();
    expect(logPage(f).rows).toMatchObject([{ rowKey: name(0), live: [] }]);
  });

  it("shows durable state only: neither dots nor values that are still on their way to the disk", () => {
    const f = withRows(1, "old");
    f.remove(name(0));
    f.put(name(0), "pending");
    const page = logPage(f);
    expect(page.target.sorted()).toEqual([[f.actor, 1]]);
    expect(page.rows[0]?.live.map(({ payload }) => payload.data.toString())).toEqual(["old"]);
  });

  it("ends after so many bytes of rows, and goes on at the position that it names", () => {
    const f = withRows(5, LARGE);
    const seen: RowKey[] = [];
    let page = logPage(f);
    for (let pages = 1; ; pages++) {
      expect(page.rows.length).toBeLessThanOrEqual(2);
      seen.push(...page.rows.map(({ rowKey }) => rowKey));
      if (page.isLast) break;
      expect(pages).toBeLessThan(5);
      page = logPage(f, { target: page.target, position: page.position });
    }
    expect(seen).toEqual([0, 1, 2, 3, 4].map(name));
  });

  it("ends after so many pointers, to the dot", () => {
    const f = withRows(2_001);
    const first = logPage(f);
    expect([first.entries.length, first.isLast]).toEqual([2_000, false]);
    const second = logPage(f, { target: first.target, position: first.position });
    expect([second.entries.length, second.isLast]).toEqual([1, true]);
  });

  it("leaves a row to the later pointer of the session that shows it, and never beyond the target", () => {
    const f = new ReplicaFixture();
    f.put(name(0), "old");
    f.remove(name(0));
    f.put(name(1), LARGE);
    f.put(name(2), LARGE);
    f.put(name(0), "new");
    f.settle();
    const first = logPage(f);
    expect(first.rows.map(({ rowKey }) => rowKey)).toEqual([name(1), name(2)]);
    f.remove(name(0));
    f.put(name(0), "newer than the target");
    f.settle();
    const second = logPage(f, { target: first.target, position: first.position });
    expect(second.rows.map(({ rowKey }) => rowKey)).toEqual([name(0)]);
    expect(second.isLast).toBe(true);
    expect(logPage(f, { target: first.target }).rows.map(({ rowKey }) => rowKey)).toContain(name(0));
  });

  it("is empty and last for whoever holds all of it", () => {
    const f = withRows(2);
    expect(logPage(f, { position: f.replica.clock.copy() })).toMatchObject({
      entries: [],
      rows: [],
      isLast: true,
    });
    expect(logPage(new ReplicaFixture())).toMatchObject({ entries: [], isLast: true });
  });

  it("is none below the floor, and none for a dot that does not resolve", () => {
    const f = withRows(4);
    const { actor } = f;
    f.trim(VersionVector.from([[actor, 2]]));
    expect(pageOf(f, request({ position: VersionVector.from([[actor, 1]]) })).kind).toBe("below-floor");
    expect(logPage(f, { position: VersionVector.from([[actor, 2]]) }).entries).toHaveLength(2);
    f.rot(logKey(PARTITION, actor, 4));
    expect(pageOf(f, request({ position: VersionVector.from([[actor, 2]]) })).kind).toBe("below-floor");
  });
});

describe("a source", () => {
  it("refuses while it is in doubt, and a target that it does not cover", () => {
    const f = withRows(1);
    const beyond = VersionVector.from([[f.actor, 2]]);
    expect(pageOf(f, request({ target: beyond }))).toMatchObject({ kind: "refused" });
    expect(pageOf(f, request({ target: beyond, rows: { after: undefined } }))).toMatchObject({
      kind: "refused",
    });
    f.replica.setDoubt(newDoubt("empty"));
    expect(pageOf(f, request())).toMatchObject({ kind: "refused" });
  });

  it("refuses a target that is not on its disk yet", () => {
    const f = new ReplicaFixture();
    f.put(name(0));
    expect(pageOf(f, request({ target: f.replica.clock.copy() }))).toMatchObject({ kind: "refused" });
  });

  it("refuses rather than passes over a damaged row", () => {
    const f = withRows(2);
    f.rot(rowStoreKey(PARTITION, name(1)));
    expect(describeBody(pageOf(f, request()))).toContain("damaged");
    expect(describeBody(pageOf(f, request({ rows: { after: undefined } })))).toContain("damaged");
  });
});

describe("a page of rows", () => {
  it("lists rows in order with clock and floor, and ends with the partition", () => {
    const f = withRows(3);
    const { actor } = f;
    f.trim(VersionVector.from([[actor, 2]]));
    const page = rowPage(f);
    expect(page.rows.map(({ rowKey }) => rowKey)).toEqual([0, 1, 2].map(name));
    expect([page.clock.get(actor), page.floor.get(actor), page.upTo]).toEqual([3, 2, undefined]);
    expect(rowPage(f, name(0)).rows.map(({ rowKey }) => rowKey)).toEqual([name(1), name(2)]);
    expect(rowPage(f, name(2))).toMatchObject({ rows: [], upTo: undefined });
  });

  it("ends after so many bytes, and says with which row", () => {
    const f = withRows(5, LARGE);
    const page = rowPage(f);
    expect(page.rows.map(({ rowKey }) => rowKey)).toEqual([name(0), name(1)]);
    expect(page.upTo).toBe(name(1));
  });

  it("says nothing of what lies beyond a thousand rows, also while some of them are changing", () => {
    const f = withRows(1_001);
    expect(rowPage(f).upTo).toBe(name(999));
    f.put(rowKeyOf("a new row before all others"));
    f.world.time.runFor(0.01);
    const page = rowPage(f);
    expect(page.upTo).toBeDefined();
    expect(rowPage(f, page.upTo).upTo).toBeUndefined();
  });
});

describe("the log behind a full sync", () => {
  it("is asked for from where the source's log begins, or from where the asker stood", () => {
    const f = withRows(1);
    const start = aboveFloor(VersionVector.from([[f.actor, 5]]), VersionVector.from([[f.actor, 3]]));
    expect(start.get(f.actor)).toBe(5);
    expect(aboveFloor(NOTHING, VersionVector.from([[f.actor, 3]])).get(f.actor)).toBe(3);
  });
});
