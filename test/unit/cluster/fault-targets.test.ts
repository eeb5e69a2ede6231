import { beforeAll, describe, expect, it } from "vitest";
import type { ClusterFile } from "../../../cluster/cluster-file.js";
import { planCluster } from "../../../cluster/cluster-plan.js";
import { directionsBetween, nodesNamed, summariseCuts } from "../../../cluster/fault-targets.js";

let cluster: ClusterFile;
beforeAll(async () => {
  cluster = await planCluster({ regions: ["a", "b", "c"], nodesPerRegion: 2 }, false);
});

const between = (from: string, to?: string, oneWay = false) =>
  directionsBetween(cluster, from, to, oneWay)
    .map((direction) => `${direction.from}>${direction.to}`)
    .sort();

describe("names", () => {
  it("are nodes, or regions for all their nodes", () => {
    expect(nodesNamed(cluster, "b").map((node) => node.id)).toEqual(["b-1", "b-2"]);
    expect(nodesNamed(cluster, "b-2").map((node) => node.id)).toEqual(["b-2"]);
    expect(() => nodesNamed(cluster, "B")).toThrow(
      'there is no node or region "B" (regions a, b, c; nodes a-1',
    );
  });
});

describe("directions", () => {
  it("go from every node of one name to every node of the other", () => {
    expect(between("a-1", "b", true)).toEqual(["a-1>b-1", "a-1>b-2"]);
    expect(between("a-1", "b-1")).toEqual(["a-1>b-1", "b-1>a-1"]);
    expect(between("a", "b").length).toBe(8);
  });

  it("go to everybody else without a second name", () => {
    expect(between("a").length).toBe(16);
    expect(between("a-1", undefined, true)).toEqual(["a-1>a-2", "a-1>b-1", "a-1>b-2", "a-1>c-1", "a-1>c-2"]);
  });

  it("leave out a node's way to itself, once", () => {
    expect(between("a-1", "a")).toEqual(["a-1>a-2", "a-2>a-1"]);
    expect(between("a", "a")).toEqual(["a-1>a-2", "a-2>a-1"]);
    expect(() => between("a-1", "a-1")).toThrow("no link between a-1 and a-1");
  });
});

describe("a summary of cuts", () => {
  const summary = (...cuts: [from: string, to?: string, oneWay?: boolean][]) =>
    summariseCuts(
      cluster,
      cuts.flatMap(([from, to, oneWay]) => directionsBetween(cluster, from, to, oneWay ?? false)),
    );

  it("names whole regions once", () => {
    expect(summary(["a", "b"])).toEqual(["a <-> b"]);
    expect(summary(["b", "a", true])).toEqual(["b --> a"]);
    expect(summary(["a"])).toEqual(["a <-> b", "a <-> c"]);
  });

  it("names nodes where it is not the whole region", () => {
    expect(summary(["a-1", "b-1"])).toEqual(["a-1 <-> b-1"]);
    expect(summary(["a-1", "b", true], ["a-1", "a-2"])).toEqual([
      "a-1 <-> a-2",
      "a-1 --> b-1",
      "a-1 --> b-2",
    ]);
    expect(summary()).toEqual([]);
  });
});
