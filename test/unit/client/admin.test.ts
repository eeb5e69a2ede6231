import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { type AdminClient, type Conflict, connectAdmin } from "../../../src/client/index.js";
import { type admin, adminService } from "../../../src/wire/index.js";
import { refusal } from "./fake-node.js";

async function adminOf(handlers: UntypedServiceImplementation): Promise<AdminClient> {
  const server = new Server();
  server.addService(adminService, handlers);
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
  return client;
}

describe("an admin client", () => {
  it("lists conflicts page by page, up to a limit, and goes over pages without any", async () => {
    const asked: admin.ListConflictsRequest__Output[] = [];
    const side = {
      region: "",
      dot: "1.1:1",
      hlc: "65537",
      sizeBytes: 3,
      data: Buffer.from("abc"),
      encoding: "new",
    };
    const conflict = (key: string) => ({ bucket: "b", key: Buffer.from(key), kept: side, discarded: side });
    const client = await adminOf({
      ListConflicts: (
        { request }: { request: admin.ListConflictsRequest__Output },
        done: sendUnaryData<admin.ListConflictsResponse>,
      ) => {
        asked.push(request);
        const page = Number(request.pageToken);
        const conflicts = page === 1 ? [] : [conflict(`${page}a`), conflict(`${page}b`)];
        done(null, { conflicts, nextPageToken: String(page + 1) });
      },
    });
    const selection = { bucket: "b", prefix: "p", limit: 4, values: true };
    const listed: Conflict[] = [];
    for await (const found of client.conflicts(selection)) listed.push(found);
    expect(listed.map(({ key }) => Buffer.from(key).toString())).toEqual(["0a", "0b", "2a", "2b"]);
    expect(listed[0]?.kept).toMatchObject({
      data: Uint8Array.from(Buffer.from("abc")),
      region: undefined,
      hlc: 65_537n,
      sizeBytes: 3,
      encoding: "bytes",
    });
    expect(asked).toMatchObject([
      { bucket: "b", prefix: Buffer.from("p"), isValuesShown: true, pageSize: 4, pageToken: "" },
      { pageSize: 2, pageToken: "1" },
      { pageSize: 2, pageToken: "2" },
    ]);
    const { value: unasked } = await client.conflicts({ limit: 1 }).next();
    expect(asked.at(-1)?.isValuesShown).toBe(false);
    expect(unasked).toMatchObject({
      kept: { sizeBytes: 3, data: undefined },
      discarded: { data: undefined },
    });
    await expect(client.conflicts({ limit: 0 }).next()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(client.conflicts({ bucket: "a b" }).next()).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("gives status, lag, hints and digest as plain data", async () => {
    const client = await adminOf({
      GetStatus: (_call: unknown, done: sendUnaryData<admin.GetStatusResponse>) =>
        done(null, {
          nodeId: "n1",
          state: "NODE_STATE_CATCHING_UP",
          purgeBlockers: [{ nodeId: "n2", blockingMs: 7, partitions: 1 }],
          rowsToReclaim: 12,
          reclaimBlockers: [{ nodeId: "n1", blockingMs: 8, partitions: 2 }],
          peers: [{ nodeId: "n2", lastHeardMs: 5 }],
        }),
      GetLag: (_call: unknown, done: sendUnaryData<admin.GetLagResponse>) =>
        done(null, {
          nodeId: "n1",
          peers: [{ nodeId: "n2", region: "us", dotsBehind: 3 }],
          regions: [{ region: "us", count: 7, p50Ms: 1.5 }],
        }),
      ListHints: (_call: unknown, done: sendUnaryData<admin.ListHintsResponse>) =>
        done(null, { peers: [{ nodeId: "n2", pending: 4, created: "12", ratePerSecond: 2.5 }] }),
      GetDigest: (
        call: { request: admin.GetDigestRequest__Output },
        done: sendUnaryData<admin.GetDigestResponse>,
      ) =>
        done(null, {
          nodeId: "n1",
          all: "ab",
          rows: 2,
          partitions: call.request.isSummaryOnly ? {} : { 7: "cd" },
        }),
    });
    expect(await client.status()).toMatchObject({
      nodeId: "n1",
      state: "catching-up",
      purgeBlockers: [{ nodeId: "n2", blockingMs: 7, partitions: 1 }],
      rowsToReclaim: 12,
      reclaimBlockers: [{ nodeId: "n1", blockingMs: 8, partitions: 2 }],
      peers: [{ nodeId: "n2", lastHeardMs: 5, queueBytes: 0 }],
    });
    expect(await client.lag()).toMatchObject({
      peers: [{ dotsBehind: 3, dotsMissing: 0 }],
      regions: [{ region: "us", count: 7, p50Ms: 1.5 }],
    });
    expect(await client.hints()).toEqual([
      {
        nodeId: "n2",
        pending: 4,
        oldestAgeMs: 0,
        ratePerSecond: 2.5,
        estimatedMs: 0,
        isFullSyncDue: false,
        created: 12,
        delivered: 0,
        expired: 0,
        dropped: 0,
        copiesHeld: 0,
      },
    ]);
    expect(await client.digest()).toEqual({ nodeId: "n1", partitions: { 7: "cd" }, all: "ab", rows: 2 });
    expect(await client.digest({ summaryOnly: true })).toMatchObject({ partitions: {} });
  });

  it("fails as the key-value client does: refusals, deadlines, aborts, bad endpoints", async () => {
    const client = await adminOf({
      GetStatus: (_call: unknown) => undefined,
      GetLag: (_call: unknown, done: sendUnaryData<admin.GetLagResponse>) =>
        done(refusal("UNAVAILABLE", "NOT_READY")),
    });
    await expect(client.lag()).rejects.toMatchObject({ code: "UNAVAILABLE", reason: "NOT_READY" });
    await expect(client.status({ timeoutMs: 50 })).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    await expect(client.status({ timeoutMs: 0 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const abort = new AbortController();
    const aborted = client.status({ signal: abort.signal });
    abort.abort();
    await expect(aborted).rejects.toMatchObject({ code: "CANCELLED" });
    await expect(client.status({ signal: abort.signal })).rejects.toMatchObject({ code: "CANCELLED" });
    expect(() => connectAdmin("nowhere")).toThrow(/is not host:port/);
    await client.close();
    await client.close();
  });
});
