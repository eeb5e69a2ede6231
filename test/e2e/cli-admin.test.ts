/** `admin` against real nodes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { atoll, failureIn, SingleNode } from "./cli-fixture.js";

const Blocker = z.strictObject({ nodeId: z.string(), blockingMs: z.number(), partitions: z.number() });
const Status = z.strictObject({
  clusterId: z.string(),
  nodeId: z.string(),
  region: z.string(),
  version: z.string(),
  state: z.string(),
  reason: z.string(),
  incarnation: z.number(),
  layoutVersion: z.number(),
  uptimeMs: z.number(),
  partitionsHeld: z.number(),
  partitionsCatchingUp: z.number(),
  catchUp: z.strictObject({
    partitions: z.number(),
    fullSyncs: z.number(),
    dotsTotal: z.number(),
    dotsDone: z.number(),
    rowsReceived: z.number(),
  }),
  purgeBlockers: z.array(Blocker),
  rowsToReclaim: z.number(),
  reclaimBlockers: z.array(Blocker),
  peers: z.array(z.unknown()),
});
const Digest = z.strictObject({
  partitions: z.record(z.string().regex(/^\d+$/), z.string().regex(/^[0-9a-f]{16}$/)),
  all: z.string().regex(/^[0-9a-f]{16}$/),
});
const Comparison = z.strictObject({
  equal: z.boolean(),
  nodes: z.array(z.strictObject({ endpoint: z.string(), nodeId: z.string(), all: z.string() })),
  differing: z.array(z.number()),
});

let one: SingleNode;
let other: SingleNode;
beforeAll(async () => {
  [one, other] = await Promise.all([SingleNode.start(), SingleNode.start()]);
});
afterAll(async () => {
  await Promise.all([one?.stop(), other?.stop()]);
});

const admin = (...args: string[]) => atoll(["admin", ...args]);
const both = () => `${one.endpoint},${other.endpoint}`;

describe("status and lag", () => {
  it("tell what a node says of itself", async () => {
    const outcome = await admin("status", "--endpoint", one.endpoint, "--json");
    expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
    expect(Status.parse(JSON.parse(outcome.stdout))).toMatchObject({
      nodeId: one.id,
      state: "ready",
      partitionsHeld: 256,
      peers: [],
    });
    const text = await admin("status", "--endpoint", one.endpoint);
    expect(text.stdout).toMatch(/^state {7}ready$/m);
  });

  it("tell that a single node has no peers to be behind", async () => {
    const outcome = await admin("lag", "--endpoint", one.endpoint, "--json");
    expect(JSON.parse(outcome.stdout)).toEqual({ nodeId: one.id, peers: [], regions: [] });
    expect((await admin("lag", "--endpoint", one.endpoint)).stdout).toContain("it has no peers");
    const hints = await admin("hints", "--endpoint", one.endpoint, "--json");
    expect(JSON.parse(hints.stdout)).toEqual({ peers: [] });
  });

  it("ask one node", async () => {
    const outcome = await admin("status", "--endpoint", both());
    expect([outcome.code, outcome.stderr]).toEqual([
      2,
      "error: this asks one node: name one with --endpoint\n",
    ]);
  });

  it("of a node that is not there are exit code 4, and name it", async () => {
    for (const verb of ["status", "lag", "hints", "repair", "digest"]) {
      const outcome = await admin(verb, "--endpoint", "127.0.0.1:1", "--timeout", "3000", "--json");
      expect([verb, outcome.code, failureIn(outcome).code]).toEqual([verb, 4, "UNAVAILABLE"]);
      expect(outcome.stderr).toContain("nothing listens on 127.0.0.1:1");
    }
  });
});

describe("repair", () => {
  it("of a single node finds no peer to compare with; in full it reads all partitions", async () => {
    const outcome = {
      partitionsCompared: 0,
      partitionsDiffering: 0,
      rowsRepaired: 0,
      rowsHealed: 0,
      nodesMissed: [],
    };
    const quick = await admin("repair", "--endpoint", one.endpoint, "--json");
    expect([quick.code, quick.stderr, JSON.parse(quick.stdout)]).toEqual([0, "", outcome]);
    const full = await admin("repair", "--full", "--endpoint", one.endpoint, "--json");
    expect(JSON.parse(full.stdout)).toEqual({ ...outcome, partitionsCompared: 256 });
    expect((await admin("repair", "--endpoint", one.endpoint)).stdout).toContain("rows repaired");
  });
});

describe("digests", () => {
  const digestOf = async (node: SingleNode) =>
    Digest.parse(JSON.parse((await node.run(["admin", "digest", "--json"])).stdout));
  const compare = async () => {
    const { code, stdout } = await admin("digest", "--endpoint", both(), "--json");
    return { code, ...Comparison.parse(JSON.parse(stdout)) };
  };

  it("are of every partition and of all", async () => {
    const before = await digestOf(one);
    expect(Object.keys(before.partitions)).toHaveLength(256);
    await one.run(["put", "a key", "a value"]);
    const after = await digestOf(one);
    expect(after.all).not.toBe(before.all);
    const changed = Object.keys(after.partitions).filter(
      (id) => after.partitions[id] !== before.partitions[id],
    );
    expect(changed).toHaveLength(1);
    await one.run(["delete", "a key"]);
    expect(await digestOf(one)).toEqual(before);
  });

  it("of several nodes are compared", async () => {
    const same = await compare();
    expect(same).toMatchObject({ code: 0, equal: true, differing: [] });
    expect(same.nodes.map(({ endpoint, nodeId }) => [endpoint, nodeId])).toEqual([
      [one.endpoint, one.id],
      [other.endpoint, other.id],
    ]);
    expect((await admin("digest", "--endpoint", both())).stdout).toMatch(/\nequal\n$/);

    await other.run(["put", "only here", "v"]);
    const different = await compare();
    expect([different.code, different.equal, different.differing.length]).toEqual([1, false, 1]);
    const text = await admin("digest", "--endpoint", one.endpoint, "--endpoint", other.endpoint);
    expect([text.code, text.stdout]).toEqual([1, expect.stringMatching(/\ndifferent in partition \d+\n$/)]);
  });
});
