/** What a session is promised while its user moves between replicas that know different things. */
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import { DataType } from "../../../src/crdt/index.js";
import type { Operation, OperationOptions, Outcome } from "../../../src/replication/index.js";
import { getOf, putOf } from "../../../src/simulator/index.js";
import { Lab } from "./lab.js";

const ONE = { consistency: { level: "ONE" } } as const;

/** A user: what he has seen goes with each of his operations. */
class User {
  readonly #lab: Lab;
  dots = new VersionVector();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  do(node: number, operation: Operation, options: Partial<OperationOptions> = {}): Outcome {
    const outcome = this.#lab.execute(node, operation, { ...ONE, ...options, session: this.dots });
    if (outcome.kind !== "failed" && outcome.seen !== undefined) this.dots = outcome.seen;
    return outcome;
  }
}

function started(): Lab {
  const lab = new Lab({ eu: 3 });
  for (const { replicator } of lab.nodes)
    replicator.start({ catchUps: new Map(), peers: new Map(), shared: new Map() });
  for (const { number, replicator } of lab.nodes)
    for (const peer of lab.nodes) if (peer.number !== number) replicator.peerUp(peer.number);
  lab.runFor(100);
  return lab;
}

function textsOf(outcome: Outcome): string[] | string {
  if (outcome.kind === "read") return outcome.values.map(({ data }) => data.toString());
  return outcome.kind === "failed" ? outcome.reason : outcome.kind;
}

describe("a session", () => {
  it("reads its own write from a replica that has to fetch it first", () => {
    const lab = started();
    const user = new User(lab);
    lab.loses = (message) => message.type === "delta";
    user.do(1, putOf("k", "mine"));
    expect(textsOf(lab.execute(2, getOf("k"), ONE))).toEqual([]);
    // The second replica learns of the dot by the first one's clock.
    lab.runFor(2_100);
    expect(textsOf(user.do(2, getOf("k")))).toEqual(["mine"]);
  });

  it("is passed on to a replica that has what it saw, when fetching does not help", () => {
    const lab = started();
    const user = new User(lab);
    lab.loses = (message, from, to) =>
      message.type !== "forward-request" && message.type !== "forward-reply" && (from === 2 || to === 2);
    user.do(1, putOf("k", "mine"));
    expect(textsOf(user.do(2, getOf("k")))).toEqual(["mine"]);
  });

  it("gets an error that says so, and no older value, when nobody in reach has what it saw", () => {
    const lab = started();
    const user = new User(lab);
    lab.execute(1, putOf("k", "old"), { consistency: { level: "ALL" } });
    lab.loses = (_message, from, to) => from === 1 || to === 1;
    user.do(1, putOf("k", "new"));
    lab.dead.add(1);
    expect(textsOf(user.do(2, getOf("k"), { timeoutMs: 400 }))).toBe("SESSION_BEHIND");
    expect(textsOf(lab.execute(2, getOf("k"), ONE))).toEqual(["old"]);
  });

  it("never goes back behind what it has read, a row that ran ahead of its replica included", () => {
    const lab = started();
    const user = new User(lab);
    lab.loses = (message) => message.type === "delta" || message.type === "clock";
    lab.execute(1, putOf("gap", "x"), ONE);
    lab.execute(1, putOf("k", "read by a repair"), ONE);
    // The second replica takes the row from a quorum read, ahead of its clock.
    expect(textsOf(user.do(2, getOf("k"), { consistency: { level: "TWO" } }))).toEqual(["read by a repair"]);
    lab.dead.add(1);
    expect(textsOf(user.do(3, getOf("k"), { timeoutMs: 400 }))).toBe("SESSION_BEHIND");
  });

  it("writes after what it has read, whatever the clocks say", () => {
    const lab = started();
    const user = new User(lab);
    lab.loses = (message) => message.type === "delta";
    lab.execute(1, putOf("k", "first"), ONE);
    user.do(1, getOf("k"));
    lab.runFor(2_100);
    user.do(2, putOf("k", "second"));
    lab.loses = () => false;
    lab.runFor(10_000);
    for (const node of [1, 2, 3]) expect(textsOf(lab.execute(node, getOf("k"), ONE))).toEqual(["second"]);
  });

  it("forgets what all replicas are known to hold", () => {
    const lab = started();
    const user = new User(lab);
    user.do(1, putOf("k", "v"));
    expect(user.dots.size).toBe(1);
    lab.runFor(5_000);
    user.do(1, getOf("k"));
    expect(user.dots.size).toBe(0);
  });

  it("holds for counters, and for pages of sets", () => {
    const lab = started();
    const user = new User(lab);
    const at = (type: DataType) => ({ type, bucket: "b", key: Buffer.from("k") });
    lab.loses = (message) => message.type === "delta";
    const add: Operation = {
      kind: "update",
      address: at(DataType.set),
      changes: [{ path: [], action: { kind: "add-members", members: [Buffer.from("m")] } }],
    };
    user.do(1, add);
    lab.runFor(2_100);
    const list = {
      kind: "list",
      address: at(DataType.set),
      path: [],
      after: undefined,
      limit: 9,
    } as const;
    expect(user.do(2, list)).toMatchObject({ rows: [{ reading: { kind: "flag", isEnabled: true } }] });
  });

  it("is lost when it saw more of a past node than any replica has", () => {
    const lab = started();
    const user = new User(lab);
    user.do(1, putOf("k", "v"));
    const dead = actorOf(3, 2);
    user.dots.raise(dead, 5);
    lab.node(2).replica.close(3, 2);
    lab.runFor(100);
    expect(textsOf(user.do(2, getOf("k")))).toBe("SESSION_LOST");
  });
});
