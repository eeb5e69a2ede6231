/** Pages of a conflict log: what is asked for, newest first, each record once, whatever was damaged or left out. */
import { describe, expect, it } from "vitest";
import { actorOf, hlcAt } from "../../../src/causality/index.js";
import { type ConflictRecord, encodeRowKey, mapElement, type RowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { conflictPage } from "../../../src/node/conflicts.js";
import type { ConflictPage, ConflictQuery } from "../../../src/node/index.js";
import { StoreError } from "../../../src/runtime/index.js";
import { createLayout, LayoutView } from "../../../src/topology/index.js";
import { members } from "../topology/clusters.js";

const VIEW = new LayoutView(
  createLayout({
    clusterId: "test",
    partitionCount: 16,
    replicasPerRegion: 1,
    members: [...members(1, { region: "us" }), ...members(1, { region: "eu" }, 2)],
  }),
);

function side(member: number, text: string): ConflictRecord["kept"] {
  const data = Buffer.from(text);
  const dot = { actor: actorOf(member, 1), counter: 1 };
  return { dot, hlc: hlcAt(1_000), isDelete: false, encoding: 1, sizeBytes: data.length, data };
}

function record(rowKey: RowKey, text = "lost"): ConflictRecord {
  return { rowKey, notedAtMs: 5, kept: side(1, "won"), discarded: side(2, text) };
}

function keyed(key: string, bucket = "b"): ConflictRecord {
  return record(encodeRowKey(DataType.register, bucket, Buffer.from(key)));
}

/** Numbers from 5 on; undefined: damaged. */
function logOf(records: readonly (ConflictRecord | undefined)[]) {
  const first = 5;
  return {
    numbersBelow: (below: number | undefined) => ({
      first,
      last: Math.min(below ?? Number.POSITIVE_INFINITY, first + records.length) - 1,
    }),
    read: (number: number) => records[number - first],
  };
}

const ALL: ConflictQuery = { bucket: undefined, prefix: Buffer.alloc(0), limit: 1_000, below: undefined };

function pageOf(log: ReturnType<typeof logOf>, query: Partial<ConflictQuery> = {}): ConflictPage {
  const page = conflictPage(log, VIEW, { ...ALL, ...query }, (error) => {
    throw error;
  });
  if (page.kind === "failed") throw new Error(page.message);
  return page;
}

/** The keys on each page, to the end. */
function keysByPage(log: ReturnType<typeof logOf>, query: Partial<ConflictQuery> = {}): string[][] {
  const pages: string[][] = [];
  let below: number | undefined;
  do {
    const page = pageOf(log, { ...query, below });
    pages.push(page.conflicts.map(({ key }) => key.toString()));
    below = page.below;
  } while (below !== undefined);
  return pages;
}

describe("a page of conflicts", () => {
  it("tells the regions of both writers, and where in a map it was", () => {
    const leaf = { path: [Buffer.from("name")], type: DataType.register, member: undefined };
    const inMap = record(encodeRowKey(DataType.map, "b", Buffer.from("m"), mapElement(leaf)));
    const removed = { ...keyed("k"), discarded: side(9, "lost") };
    expect(pageOf(logOf([inMap, removed])).conflicts).toMatchObject([
      { key: Buffer.from("k"), path: [], kept: { region: "us" }, discarded: { region: undefined } },
      {
        key: Buffer.from("m"),
        path: [Buffer.from("name")],
        kept: { region: "us" },
        discarded: { region: "eu" },
      },
    ]);
  });

  it("has each record once, newest first, whatever the limit and where there are gaps", () => {
    const log = logOf([keyed("a"), keyed("b"), undefined, keyed("c"), keyed("d"), keyed("e")]);
    expect(keysByPage(log)).toEqual([["e", "d", "c", "b", "a"]]);
    expect(keysByPage(log, { limit: 1 })).toEqual([["e"], ["d"], ["c"], ["b"], ["a"]]);
    expect(keysByPage(log, { limit: 2 })).toEqual([["e", "d"], ["c", "b"], ["a"]]);
    expect(keysByPage(log, { limit: 5 })).toEqual([["e", "d", "c", "b", "a"]]);
    expect(keysByPage(logOf([]))).toEqual([[]]);
  });

  it("has only the bucket and the prefix that were asked for", () => {
    const log = logOf([keyed("aa"), keyed("ab", "other"), keyed("b"), keyed("a"), keyed("ab")]);
    expect(keysByPage(log, { bucket: "b" })).toEqual([["ab", "a", "b", "aa"]]);
    expect(keysByPage(log, { prefix: Buffer.from("a") })).toEqual([["ab", "a", "ab", "aa"]]);
    expect(keysByPage(log, { bucket: "other", prefix: Buffer.from("ab") })).toEqual([["ab"]]);
  });

  it("looks at a bounded number of records, and says where to go on", () => {
    const log = logOf([keyed("wanted"), ...Array.from({ length: 2_500 }, () => keyed("x", "other"))]);
    const pages = keysByPage(log, { bucket: "b" });
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flat()).toEqual(["wanted"]);
  });

  it("ends before its values take much memory", () => {
    const large = (key: string) =>
      record(encodeRowKey(DataType.register, "b", Buffer.from(key)), "x".repeat(500_000));
    const pages = keysByPage(logOf(["a", "b", "c", "d", "e", "f", "g"].map(large)));
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toEqual(["g", "f", "e", "d", "c", "b", "a"]);
  });

  it("of a store that cannot be read is a failure, and is told", () => {
    const told: StoreError[] = [];
    const broken = {
      ...logOf([keyed("a")]),
      read: (): never => {
        throw new StoreError("CLOSED", "the disk is gone");
      },
    };
    const page = conflictPage(broken, VIEW, ALL, (error) => told.push(error));
    expect(page).toMatchObject({ kind: "failed", reason: "STORAGE_FAILED" });
    expect(told).toHaveLength(1);
  });
});
