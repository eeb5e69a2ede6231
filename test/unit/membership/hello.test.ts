import { describe, expect, it } from "vitest";
import { PROTOCOL_VERSION } from "../../../src/codec/index.js";
import { readRefusal, refuseHello } from "../../../src/membership/hello.js";
import type { PeerHello } from "../../../src/runtime/index.js";
import { createLayout, LayoutView, type Member, removeMember } from "../../../src/topology/index.js";

function member(number: number): Member {
  const at = (base: number): string => `127.0.0.1:${base + number}`;
  const addresses = { clientAddress: at(1000), peerAddress: at(2000), adminAddress: at(3000) };
  return { number, nodeId: `n${number}`, region: "eu", zone: "a", host: `h${number}`, ...addresses };
}

const VIEW = new LayoutView(
  createLayout({ clusterId: "c", partitionCount: 1, replicasPerRegion: 2, members: [member(1), member(2)] }),
);
const SELF: PeerHello = {
  clusterId: "c",
  nodeId: "n1",
  number: 1,
  incarnation: 1_000,
  instance: "aaaaaaaaaaaaaaaa",
  protocolVersion: PROTOCOL_VERSION,
};
const PEER: PeerHello = {
  ...SELF,
  nodeId: "n2",
  number: 2,
  incarnation: 2_000,
  instance: "bbbbbbbbbbbbbbbb",
};
type KnownPeer = Parameters<typeof refuseHello>[3];

const UNKNOWN: KnownPeer = {
  incarnation: 0,
  instance: undefined,
  instanceIncarnation: undefined,
  isLive: false,
};

const refusal = (hello: Partial<PeerHello>, known: Partial<KnownPeer> = {}): string | undefined =>
  refuseHello({ ...PEER, ...hello }, SELF, VIEW, { ...UNKNOWN, ...known });

describe("a Hello", () => {
  it("of a member is accepted, the first time, on another link, and after a restart", () => {
    expect(refusal({})).toBeUndefined();
    const known = { incarnation: 2_000, instance: PEER.instance, instanceIncarnation: 2_000 };
    expect(refusal({}, { ...known, isLive: true })).toBeUndefined();
    expect(refusal({ incarnation: 2_001, instance: "cccccccccccccccc" }, known)).toBeUndefined();
    // Its incarnation is known from the store or from another peer, its instance is not.
    expect(refusal({}, { incarnation: 2_000 })).toBeUndefined();
    expect(
      refusal({}, { ...known, instance: "cccccccccccccccc", instanceIncarnation: 1_999 }),
    ).toBeUndefined();
  });

  it.each<[string, Partial<PeerHello>, RegExp]>([
    ["another cluster", { clusterId: "d" }, /^IDENTITY this is cluster c, and you say you are of d/],
    ["another protocol", { protocolVersion: 99 }, /^PROTOCOL .* you speak 99/],
    ["no member", { number: 7 }, /^IDENTITY member 7 is not in layout/],
    ["a member by another name", { nodeId: "n3" }, /^IDENTITY member 2 is n2, and you say you are n3/],
    ["ourselves", { number: 1, nodeId: "n1" }, /^IN_USE node n1 is me/],
  ])("of %s is refused with both sides' words", (_who, hello, words) => {
    expect(refusal(hello)).toMatch(words);
  });

  it("of a second process is refused while the first lives, and taken once that one is gone", () => {
    const other = { incarnation: 2_001, instance: "cccccccccccccccc" };
    const known = { incarnation: 2_000, instance: PEER.instance, instanceIncarnation: 2_000 };
    expect(refusal(other, { ...known, isLive: true })).toMatch(/^IN_USE another live process is node n2/);
    expect(refusal(other, { ...known, isLive: false })).toBeUndefined();
  });

  it("of an incarnation that is over, or was another process's, is refused with the one to exceed", () => {
    expect(refusal({ incarnation: 1_999 }, { incarnation: 2_000 })).toMatch(/^INCARNATION 2000 /);
    const known = { incarnation: 2_000, instance: "cccccccccccccccc", instanceIncarnation: 2_000 };
    expect(refusal({}, known)).toMatch(/^INCARNATION 2000 /);
  });

  it("of an incarnation decades ahead is refused, and moves nobody's", () => {
    expect(refusal({ incarnation: 2 ** 36 })).toMatch(/^CLOCK /);
  });
});

describe("a refusal of ours", () => {
  it("is read by its first word", () => {
    const known = refusal({ incarnation: 1_999 }, { incarnation: 2_000 }) ?? "";
    expect(readRefusal(known)).toEqual({ kind: "incarnation", known: 2_000 });
    expect(readRefusal(refusal({ number: 1, nodeId: "n1" }) ?? "")).toEqual({ kind: "in-use" });
    for (const other of [refusal({ clusterId: "d" }) ?? "", "", "INCARNATION x of", "whatever 5 it says"])
      expect(readRefusal(other)).toEqual({ kind: "other" });
    // No incarnation is that long, and no number either.
    expect(readRefusal("INCARNATION 99999999999999999999 of node")).toEqual({ kind: "other" });
  });
});

describe("a member that was removed", () => {
  const members = [member(1), member(2), member(3)];
  const first = createLayout({ clusterId: "c", partitionCount: 1, replicasPerRegion: 2, members });
  const refusalOf = (layout: typeof first, hello: Partial<PeerHello>): string | undefined =>
    refuseHello({ ...PEER, ...hello }, SELF, new LayoutView(layout), UNKNOWN);

  it("is told so, with the version of the layout; others are not", () => {
    const layout = removeMember(first, "n2");
    expect(refusalOf(layout, {})).toMatch(/^REMOVED 2 node n2 was removed from the cluster by layout 2,/);
    expect(readRefusal(refusalOf(layout, {}) ?? "")).toEqual({ kind: "removed", layoutVersion: 2 });
    expect(refusalOf(layout, { number: 3, nodeId: "n3" })).toBeUndefined();
    expect(refusalOf(layout, { number: 4, nodeId: "n4" })).toMatch(/^IDENTITY member 4 is not in layout 2/);
  });

  it("is not who the first layout leaves out", () => {
    const gap = createLayout({ clusterId: "c", partitionCount: 1, members: [member(1), member(3)] });
    expect(refusalOf(gap, {})).toMatch(/^IDENTITY member 2 is not in layout 1/);
  });
});
