import { Server, ServerCredentials } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectAdmin } from "../../../src/client/index.js";
import type { RepairStep } from "../../../src/replication/index.js";
import { repairCall } from "../../../src/server/repair-call.js";
import { adminService } from "../../../src/wire/index.js";

interface Begun {
  readonly isFull: boolean;
  readonly step: (step: RepairStep) => void;
  isCancelled: boolean;
}

const PROGRESS = {
  partitionsDone: 1,
  partitionsTotal: 4,
  rowsRepaired: 2,
  rowsHealed: 3,
  partitionsDiffering: 1,
  nodesMissed: ["n2"],
};

/** A client of a node whose repairs the test steps through. */
async function repairing() {
  const begun: Begun[] = [];
  const outcomes: string[] = [];
  const arrivals: (() => void)[] = [];
  const server = new Server();
  const repair = (isFull: boolean, step: Begun["step"]): (() => void) => {
    const one: Begun = { isFull, step, isCancelled: false };
    begun.push(one);
    arrivals.shift()?.();
    return () => {
      one.isCancelled = true;
    };
  };
  server.addService(adminService, {
    Repair: repairCall({ repair }, (_method, outcome) => outcomes.push(outcome)),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const client = connectAdmin(`127.0.0.1:${port}`);
  onTestFinished(async () => {
    await client.close();
    server.forceShutdown();
  });
  const begins = async (): Promise<Begun> => {
    if (begun.length === 0) await new Promise<void>((resolve) => arrivals.push(resolve));
    const [one] = begun;
    if (one === undefined) throw new Error("unreachable");
    return one;
  };
  return { client, begins, outcomes };
}

describe("a repair over the wire", () => {
  it("tells its progress and its outcome", async () => {
    const { client, begins, outcomes } = await repairing();
    const heard: number[] = [];
    const repair = client.repair({
      full: true,
      onProgress: ({ partitionsDone }) => heard.push(partitionsDone),
    });
    const { isFull, step } = await begins();
    expect(isFull).toBe(true);
    step({ kind: "progress", progress: PROGRESS });
    step({ kind: "done", progress: { ...PROGRESS, partitionsDone: 4 } });
    expect(await repair).toEqual({ ...PROGRESS, partitionsDone: 4 });
    expect(heard).toEqual([1, 4]);
    expect(outcomes).toEqual(["ok"]);
  });

  it("fails with the reason of the node", async () => {
    const { client, begins, outcomes } = await repairing();
    const repair = client.repair();
    const { step } = await begins();
    step({ kind: "failed", reason: "OVERLOADED", message: "one is under way", metadata: {} });
    await expect(repair).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED", reason: "OVERLOADED" });
    expect(outcomes).toEqual(["overloaded"]);
  });

  it("ends when the client goes, and at its deadline", async () => {
    const { client, begins } = await repairing();
    const abort = new AbortController();
    const repair = client.repair({ signal: abort.signal });
    const one = await begins();
    abort.abort();
    await expect(repair).rejects.toMatchObject({ code: "CANCELLED" });
    await expect.poll(() => one.isCancelled).toBe(true);
    one.step({ kind: "done", progress: PROGRESS });
    await expect(client.repair({ timeoutMs: 50 })).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    await expect(client.repair({ signal: abort.signal })).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
