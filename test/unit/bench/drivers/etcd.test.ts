import { Server, ServerCredentials, type ServiceDefinition, status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Connection, driverNamed, reasonOf, type Target } from "../../../../bench/drivers/index.js";
import { operation } from "./operation.js";

const BYTES = {
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
};
const KV: ServiceDefinition = {
  Range: { ...BYTES, path: "/etcdserverpb.KV/Range" },
  Put: { ...BYTES, path: "/etcdserverpb.KV/Put" },
};

/** A field of protobuf with bytes in it, of fewer than 128. */
function field(number: number, bytes: string | Buffer): Buffer {
  const content = Buffer.from(bytes);
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
}

let server: Server;
let endpoint: string;
let connection: Connection | undefined;
/** As they came. */
const requests: { readonly call: string; readonly bytes: Buffer }[] = [];
let isRefusing = false;

beforeEach(async () => {
  requests.length = 0;
  isRefusing = false;
  server = new Server();
  const answer =
    (call: string, reply: Buffer) =>
    ({ request }: { request: Buffer }, done: (error: object | null, reply?: Buffer) => void): void => {
      requests.push({ call, bytes: request });
      if (isRefusing) done({ code: status.RESOURCE_EXHAUSTED, details: "mvcc: database space exceeded" });
      else done(null, reply);
    };
  // Of a found key, in RangeResponse.kvs.
  const found = field(2, Buffer.concat([field(1, "b/k"), field(5, "v")]));
  server.addService(KV, { Range: answer("Range", found), Put: answer("Put", Buffer.alloc(0)) });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  endpoint = `127.0.0.1:${port}`;
});
afterEach(async () => {
  await connection?.close();
  server.forceShutdown();
});

async function open(target: Partial<Target> = {}): Promise<Connection> {
  const driver = driverNamed("etcd");
  if (driver === undefined) throw new Error("no driver");
  connection = await driver.connect({ endpoints: [endpoint], bucket: "b", timeoutMs: 5_000, ...target });
  requests.length = 0;
  return connection;
}

describe("the driver of etcd", () => {
  it("puts, gets and scans as etcd's description has it, byte by byte", async () => {
    const db = await open();
    expect(await db.perform(operation("update"))).toBe(true);
    expect(await db.perform(operation("read"))).toBe(true);
    expect(await db.perform(operation("scan"))).toBe(true);
    expect(requests.map(({ call }) => call)).toEqual(["Put", "Range", "Range"]);
    const [put, read, scan] = requests.map(({ bytes }) => bytes.toString("latin1"));
    expect(put).toBe(Buffer.concat([field(1, "b/k"), field(2, "v")]).toString("latin1"));
    expect(read?.startsWith(field(1, "b/k").toString("latin1"))).toBe(true);
    // The end of the bucket, and at most five.
    const range = Buffer.concat([field(1, "b/k"), field(2, "b0"), Buffer.from([3 << 3, 5])]);
    expect(scan?.startsWith(range.toString("latin1"))).toBe(true);
  });

  it("reads of one member where it is asked to", async () => {
    const serializable = Buffer.from([7 << 3, 1]).toString("latin1");
    const bytes = async (target: Partial<Target>): Promise<string> => {
      await (await open(target)).perform(operation("read"));
      return requests[0]?.bytes.toString("latin1") ?? "";
    };
    expect(await bytes({ readConsistency: "LOCAL_ONE" })).toContain(serializable);
    expect(await bytes({})).not.toContain(serializable);
  });

  it("names what etcd refuses", async () => {
    const db = await open();
    isRefusing = true;
    expect(await db.perform(operation("update")).then(() => "none", reasonOf)).toBe("RESOURCE_EXHAUSTED");
  });

  it("says that nothing answers", async () => {
    const gone = open({ endpoints: ["127.0.0.1:1"], timeoutMs: 500 });
    await expect(gone).rejects.toThrow("no etcd answers at 127.0.0.1:1");
  });
});
