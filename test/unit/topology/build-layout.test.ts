import { describe, expect, it } from "vitest";
import {
  changeLayout,
  createLayout,
  LayoutError,
  type Member,
  nextMemberNumber,
} from "../../../src/topology/index.js";
import { member, members } from "./clusters.js";

const three = members(3);

function created(nodes: readonly Member[]): () => unknown {
  return () => createLayout({ clusterId: "test", partitionCount: 8, members: nodes });
}

describe("createLayout", () => {
  it("makes version 1 with 256 partitions and three replicas a region", () => {
    const layout = createLayout({ clusterId: "test", members: three.toReversed() });
    expect(layout).toMatchObject({
      version: 1,
      clusterId: "test",
      partitionCount: 256,
      replicasPerRegion: 3,
    });
    expect(layout.members).toEqual(three);
    expect(layout.replicaSets).toHaveLength(256);
  });

  it.each([0, 3, 255, 131_072, 1.5, -4, Number.NaN])("refuses %s partitions", (partitionCount) => {
    const make = () => createLayout({ clusterId: "test", partitionCount, members: three });
    expect(make).toThrow(LayoutError);
    expect(make).toThrow(/^partitionCount must be .*; it is /);
  });

  it.each([1, 65_536])("takes %s partitions", (partitionCount) => {
    expect(createLayout({ clusterId: "test", partitionCount, members: three }).replicaSets).toHaveLength(
      partitionCount,
    );
  });

  it.each([0, 17, 2.5])("refuses %s replicas", (replicasPerRegion) => {
    const make = () => createLayout({ clusterId: "test", replicasPerRegion, members: three });
    expect(make).toThrow(/^replicasPerRegion must be a whole number from 1 to 16/);
  });

  it.each(["", "Shop", "-a", "a b", "a".repeat(64), "ä"])("refuses the cluster id %j", (clusterId) => {
    expect(() => createLayout({ clusterId, members: three })).toThrow(/^clusterId must be 1 to 63 of/);
  });

  it.each<[string, readonly Member[], string]>([
    ["no members", [], "members must list at least one node"],
    ["number 0", [member(0)], "members[0].number must be a whole number from 1 to 65535; it is 0"],
    ["number 2^16", [member(2 ** 16)], "members[0].number must be"],
    ["an upper-case region", [member(1, { region: "EU" })], "members[0].region must be 1 to 63"],
    [
      "an empty region",
      [member(1), member(2, { region: "" })],
      'members[1].region must be 1 to 63 of a-z, 0-9 and "-", and not start with "-"; it is ""',
    ],
    ["an upper-case id", [member(1, { nodeId: "N1" })], "members[0].nodeId must be"],
    ["a zone with a blank", [member(1, { zone: "a b" })], "members[0].zone must be"],
    ["a host with a slash", [member(1, { host: "a/b" })], "members[0].host must be a host name"],
    ["no port", [member(1, { peerAddress: "h1" })], "members[0].peerAddress must be host:port with a port"],
    ["port 0", [member(1, { adminAddress: "h1:0" })], "members[0].adminAddress must be host:port"],
    ["port 65536", [member(1, { clientAddress: "h1:65536" })], "members[0].clientAddress must be host:port"],
    ["a number twice", [member(1), member(1, { nodeId: "b" })], "members n1 and b have the same number: 1"],
    ["an id twice", [member(1), member(2, { nodeId: "n1" })], "members n1 and n1 have the same nodeId: n1"],
    [
      "an address twice",
      [member(1), member(2, { adminAddress: "node1.test:7401" })],
      "members n1 and n2 have the same address: node1.test:7401",
    ],
    [
      "an address twice in one member",
      [member(1, { adminAddress: "node1.test:7401" })],
      "member n1 uses the address node1.test:7401 twice",
    ],
    [
      "a host in two zones",
      [member(1, { host: "h" }), member(2, { host: "h", zone: "z2" })],
      "host h of region eu is in zone z1 for node n1 and in zone z2 for node n2; a host is in one zone",
    ],
    ["too many nodes", members(257), "region eu has 257 nodes; at most 256 are supported"],
    [
      "too many regions",
      members(65).map((node) => ({ ...node, region: `r${node.number}` })),
      "members name 65 regions; at most 64 are supported",
    ],
  ])("refuses %s", (_name, nodes, message) => {
    expect(created(nodes)).toThrow(LayoutError);
    expect(created(nodes)).toThrow(message);
  });

  it("takes IPv6 and upper-case host names, and one host name in two regions", () => {
    const nodes = [
      member(1, { host: "Laptop.local", clientAddress: "[::1]:7400" }),
      member(2, { host: "Laptop.local", region: "us", zone: "z2" }),
    ];
    expect(created(nodes)).not.toThrow();
  });
});

describe("changeLayout", () => {
  const first = createLayout({ clusterId: "test", partitionCount: 8, replicasPerRegion: 2, members: three });

  it("counts versions up and keeps what is not changed", () => {
    const second = changeLayout(first, { members: members(4) });
    expect(second).toMatchObject({ version: 2, clusterId: "test", partitionCount: 8, replicasPerRegion: 2 });
    expect(changeLayout(second, { members: members(4), replicasPerRegion: 1 }).replicasPerRegion).toBe(1);
  });

  it("lets a member change its addresses and its place", () => {
    const moved = three.map((node) => ({
      ...node,
      zone: `z${node.number}`,
      peerAddress: `new${node.number}:1`,
    }));
    expect(changeLayout(first, { members: moved }).members).toEqual(moved);
  });

  it("refuses another number for a member", () => {
    const renumbered = [member(1), member(2), member(4, { nodeId: "n3" })];
    expect(() => changeLayout(first, { members: renumbered })).toThrow(
      "member n3 has number 3 and cannot change it to 4",
    );
  });

  it("refuses a present member's number for another id", () => {
    const replaced = [member(1), member(2), member(3, { nodeId: "other" })];
    expect(() => changeLayout(first, { members: replaced })).toThrow(
      "new member other cannot have number 3: numbers are never reused, so take one from 4 to 65535",
    );
  });

  it("never gives a number out again, however many layouts ago its member left", () => {
    let layout = changeLayout(first, { members: members(2) });
    expect(layout.numbersUsedUpTo).toBe(3);
    layout = changeLayout(layout, { members: members(2) });
    expect(nextMemberNumber(layout)).toBe(4);
    const reused = [...members(2), member(3, { nodeId: "other" })];
    expect(() => changeLayout(layout, { members: reused })).toThrow("take one from 4");
    const returned = [...members(2), member(3)];
    expect(() => changeLayout(layout, { members: returned })).toThrow("take one from 4");
    layout = changeLayout(layout, { members: [...members(2), member(4, { nodeId: "n3" })] });
    expect(layout.numbersUsedUpTo).toBeUndefined();
    expect(nextMemberNumber(layout)).toBe(5);
  });

  it("leaves the layout before as it was", () => {
    const copy = structuredClone(first);
    changeLayout(first, { members: members(5) });
    expect(first).toEqual(copy);
  });
});
