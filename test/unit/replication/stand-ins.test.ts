/** Who stands in for whom. */
import { describe, expect, it } from "vitest";
import { Context } from "../../../src/causality/index.js";
import { putOf } from "../../../src/simulator/index.js";
import { Lab, type LabNode } from "./lab.js";

const SLOPPY = { isSloppy: true, consistency: { level: "LOCAL_QUORUM" } } as const;

/** The replicas of the lab's partition, the first of them to coordinate, and the others of the region. */
function scene(members = 6): { lab: Lab; replicas: number[]; others: number[]; first: number } {
  const lab = new Lab({ eu: members }, 1, 3);
  lab.loses = (_message, _from, to) => lab.dead.has(to);
  const replicas = [...lab.view.replicaSet(0)];
  const others = lab.view.fallbacksIn(0, "eu");
  return { lab, replicas, others, first: replicas[0] ?? 0 };
}

/** Whom a node asked to hold a copy, and for whom. */
function asked(node: LabNode): [home: number, fallback: number][] {
  return node.sent.flatMap(({ to, message }) =>
    message.type === "hold-request" ? [[message.home, to] as [number, number]] : [],
  );
}

describe("a sloppy write", () => {
  it("asks a node of its own for each replica that is away, always the same", () => {
    const { lab, replicas, others, first } = scene();
    const away = replicas.slice(1);
    for (const member of away) lab.dead.add(member);
    expect(lab.execute(first, putOf("k", "v"), SLOPPY)).toMatchObject({ acksReceived: 1, fallbackAcks: 1 });
    lab.runFor(100);
    expect(asked(lab.node(first))).toEqual(away.map((home, i) => [home, others[i]]));
    lab.execute(first, putOf("k", "w"), SLOPPY);
    expect(asked(lab.node(first)).slice(2)).toEqual(asked(lab.node(first)).slice(0, 2));
  });

  it("asks nobody before it is durable, and nobody who is away", () => {
    const { lab, replicas, others, first } = scene();
    for (const member of [...replicas.slice(1), ...others.slice(0, 2)]) lab.dead.add(member);
    lab.begin(first, putOf("k", "v"), SLOPPY);
    expect(asked(lab.node(first))).toEqual([]);
    lab.runFor(100);
    expect(asked(lab.node(first))).toEqual([[replicas[1], others[2]]]);
  });

  it("asks the next one when a node does not take its copy", () => {
    const { lab, replicas, others, first } = scene();
    for (const member of replicas.slice(1)) lab.dead.add(member);
    const node = lab.node(first);
    // The link to it is down, which nobody has noticed yet.
    node.environment.links.down(others[0] ?? 0);
    expect(lab.execute(first, putOf("k", "v"), SLOPPY)).toMatchObject({ kind: "written" });
    expect(asked(node)).toContainEqual([replicas[1], others[2]]);
  });

  it("waits for the deadline where nobody has room, and says how many acknowledged", () => {
    const { lab, replicas, first } = scene(5);
    for (const member of replicas.slice(1)) lab.dead.add(member);
    lab.loses = (message, _from, to) => lab.dead.has(to) || message.type === "hold-reply";
    expect(lab.execute(first, putOf("k", "v"), SLOPPY)).toMatchObject({
      reason: "QUORUM_TIMEOUT",
      metadata: { required: "2", received: "1" },
    });
  });
});

describe("a fallback", () => {
  it("takes nothing of partitions that it holds, of others than the sender, or for nodes that hold none", () => {
    const { lab, replicas, others, first } = scene();
    const away = replicas.slice(1);
    for (const member of away) lab.dead.add(member);
    lab.execute(first, putOf("k", "v"), SLOPPY);
    lab.runFor(100);
    const request = lab
      .node(first)
      .sent.map(({ message }) => message)
      .find((message) => message.type === "hold-request");
    if (request?.type !== "hold-request") throw new Error("nobody was asked");
    const [fallback = 0] = others;
    const { delta } = request;
    const answers = (from: number, to: number, home: number, changed: Partial<typeof delta>): boolean => {
      const node = lab.node(to);
      const before = node.sent.length;
      node.replicator.receive(from, { ...request, home, delta: { ...delta, ...changed } });
      lab.runFor(100);
      const reply = node.sent.slice(before).find(({ message }) => message.type === "hold-reply")?.message;
      return reply?.type === "hold-reply" && reply.isHeld;
    };
    const home = away[0] ?? 0;
    const announced = { state: { live: [], context: new Context() }, actors: [] };
    expect(answers(first, fallback, home, {})).toBe(true);
    expect(answers(first, replicas[2] ?? 0, home, {})).toBe(false);
    expect(answers(others[1] ?? 0, fallback, home, {})).toBe(false);
    expect(answers(first, fallback, others[1] ?? 0, {})).toBe(false);
    expect(answers(first, fallback, home, { partition: 1 })).toBe(false);
    expect(answers(first, fallback, home, { announced })).toBe(false);
    lab.node(fallback).replicator.learned(first, 99);
    expect(answers(first, fallback, home, { counter: 2 })).toBe(false);
  });
});
