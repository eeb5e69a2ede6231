import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/codec/index.js";
import { putOf } from "../../../src/simulator/index.js";
import { Lab, type LabNode } from "./lab.js";

const ONE = { consistency: { level: "ONE" } } as const;

/** A lab in which links came up and clocks are told. */
function connected(): Lab {
  const lab = new Lab({ eu: 3 });
  for (const { replicator } of lab.nodes)
    replicator.start({ catchUps: new Map(), peers: new Map(), shared: new Map() });
  for (const { number, replicator } of lab.nodes)
    for (const peer of lab.nodes) if (peer.number !== number) replicator.peerUp(peer.number);
  lab.runFor(100);
  return lab;
}

function dots({ replica }: LabNode): number {
  return [...replica.durableClock.entries()].reduce((sum, [, counter]) => sum + counter, 0);
}

function sent(lab: Lab, type: Message["type"]): number {
  const ofType = lab.nodes.flatMap((node) => node.sent.filter(({ message }) => message.type === type));
  return ofType.length;
}

describe("anti-entropy", () => {
  it("tells a clock when the link comes up, and then only when it changed", () => {
    const lab = connected();
    expect(sent(lab, "clock")).toBe(6);
    lab.runFor(10_000);
    expect(sent(lab, "clock")).toBe(6);
    lab.execute(1, putOf("k", "v"), { consistency: { level: "ALL" } });
    lab.runFor(10_000);
    expect(sent(lab, "clock")).toBe(12);
    expect(sent(lab, "catch-up-request")).toBe(0);
  });

  it("fetches what no live delta brought", () => {
    const lab = connected();
    lab.loses = (message, _from, to) => message.type === "delta" && to === 3;
    for (let i = 0; i < 20; i++) lab.execute(1, putOf(`k${i}`, "v"), ONE);
    lab.runFor(7_000);
    expect(lab.nodes.map(dots)).toEqual([20, 20, 20]);
    expect(sent(lab, "catch-up-request")).toBe(1);
  });

  it("fetches a gap soon after the delta that showed it, not rounds later", () => {
    const lab = connected();
    lab.loses = (message) => message.type === "delta";
    lab.execute(1, putOf("k", "lost"), ONE);
    lab.runFor(1);
    lab.loses = () => false;
    lab.execute(1, putOf("l", "shows it"), ONE);
    lab.runFor(100);
    expect(lab.nodes.map(dots)).toEqual([2, 0, 0]);
    lab.runFor(150);
    expect(lab.nodes.map(dots)).toEqual([2, 2, 2]);
  });

  it("lets a late delta close a gap by itself", () => {
    const lab = connected();
    lab.holds = (message) => message.type === "delta";
    lab.execute(1, putOf("k", "late"), ONE);
    lab.runFor(1);
    lab.holds = () => false;
    lab.execute(1, putOf("l", "early"), ONE);
    lab.runFor(50);
    lab.release();
    lab.runFor(1_000);
    expect(lab.nodes.map(dots)).toEqual([2, 2, 2]);
    expect(sent(lab, "catch-up-request")).toBe(0);
  });

  it("passes over a source that refuses for a damaged row", () => {
    const lab = connected();
    lab.loses = (message, _from, to) => message.type === "delta" && to === 3;
    for (let i = 0; i < 20; i++) lab.execute(1, putOf(`k${i}`, "v"), ONE);
    lab.runFor(100);
    const [best] = lab.node(3).environment.neighbourhood(0).others;
    if (best === undefined) throw new Error("there is no source");
    expect(lab.node(best).host.disk.flipBit((key) => key[0] === "r".charCodeAt(0))).toBeDefined();
    lab.runFor(7_000);
    expect(lab.nodes.map(dots)).toEqual([20, 20, 20]);
    const asked = lab.node(3).sent.filter(({ message }) => message.type === "catch-up-request");
    expect(asked.map(({ to }) => to)).toEqual([best, best === 1 ? 2 : 1]);
  });

  it("leaves no timer behind", () => {
    const lab = connected();
    lab.loses = (message) => message.type === "delta";
    lab.execute(1, putOf("k", "lost"), ONE);
    lab.runFor(1);
    lab.loses = () => false;
    lab.execute(1, putOf("l", "shows it"), ONE);
    lab.runFor(50);
    for (const { replicator } of lab.nodes) replicator.close();
    expect(lab.nodes.map(({ host }) => host.armedTimers)).toEqual([0, 0, 0]);
  });
});
