/** What comes to the ports of a running node from people and programs that are neither clients nor peers. */
import { once } from "node:events";
import { connect as connectTcp, createServer } from "node:net";
import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { expect, it, onTestFinished } from "vitest";
import { connect, connectAdmin } from "../../src/client/index.js";
import { SeededRandom } from "../../src/runtime/simulated/index.js";
import { ANY_PORTS, NodeProcess, temporaryFolder } from "./support/node-process.js";

const HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const METHODS = ["Get", "Put", "Delete", "BatchGet", "BatchWrite", "Scan", "Watch", "Pipeline", "Nonsense"];
/** A socket that the node does not close is given up. */
const SOCKET_MS = 2_000;

function randomBytes(random: SeededRandom, most: number): Buffer {
  return Buffer.from(Array.from({ length: random.uint32() % most }, () => random.uint32() % 256));
}

/** Sends the bytes to the port, and waits until the connection is gone. */
async function throwAt(endpoint: string, bytes: Buffer): Promise<void> {
  const [host, port] = endpoint.split(":");
  const socket = connectTcp(Number(port), host);
  socket.on("error", () => undefined);
  socket.setTimeout(SOCKET_MS, () => socket.destroy());
  socket.end(bytes);
  socket.resume();
  await once(socket, "close");
}

/** Calls a method with these bytes as its message. */
function call(client: Client, method: string, message: Buffer): Promise<ServiceError | null> {
  const same = (bytes: Buffer) => bytes;
  const deadline = new Date(Date.now() + 5_000);
  return new Promise((resolve) => {
    client.makeUnaryRequest(method, same, same, message, { deadline }, (error) => resolve(error));
  });
}

async function digestOf(endpoint: string): Promise<string> {
  await using admin = connectAdmin(endpoint);
  return (await admin.digest()).all;
}

it("survives hostile bytes on all of its ports", async () => {
  const node = new NodeProcess(["--data", temporaryFolder(), ...ANY_PORTS]);
  const { endpoint, peer, admin } = await node.started();
  await using db = await connect({ endpoints: [endpoint] });
  await db.register("b").put("k", "kept");
  const before = await digestOf(endpoint);

  const random = new SeededRandom(1);
  const openings = [
    Buffer.from("GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
    Buffer.from("POST /atoll.kv.v1.KvService/Put HTTP/1.0\r\ncontent-length: 99999999999\r\n\r\n"),
    Buffer.from("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "latin1"),
    Buffer.from(HTTP2_PREFACE),
    ...Array.from({ length: 20 }, () => randomBytes(random, 2_000)),
    ...Array.from({ length: 20 }, () =>
      Buffer.concat([Buffer.from(HTTP2_PREFACE), randomBytes(random, 500)]),
    ),
  ];
  for (const port of [endpoint, peer, admin]) {
    await Promise.all(openings.map((bytes) => throwAt(port, bytes)));
  }

  const client = new Client(endpoint, credentials.createInsecure());
  onTestFinished(() => client.close());
  for (const service of ["atoll.kv.v1.KvService", "atoll.admin.v1.AdminService", "no.such.Service"]) {
    for (const method of METHODS) {
      const messages = [Buffer.alloc(0), ...Array.from({ length: 10 }, () => randomBytes(random, 300))];
      const errors = await Promise.all(
        messages.map((message) => call(client, `/${service}/${method}`, message)),
      );
      // Noise may be a well-formed request, but it never is one that the server itself fails over.
      for (const error of errors)
        expect([status.UNKNOWN, status.DEADLINE_EXCEEDED]).not.toContain(error?.code);
    }
  }
  expect((await call(client, "/atoll.kv.v1.KvService/Put", Buffer.alloc(8 * 2 ** 20)))?.code).toBe(
    status.RESOURCE_EXHAUSTED,
  );
  expect((await call(client, "/atoll.kv.v1.KvService/Pipeline", Buffer.alloc(0)))?.code).toBe(
    status.INVALID_ARGUMENT,
  );

  expect(node.hasEnded).toBe(false);
  expect(await digestOf(endpoint)).toBe(before);
  expect((await db.register("b").get("k")).value).toBe("kept");
  await db.register("b").put("k", "written since");
  expect(await node.stop()).toMatchObject({ code: 0, stderr: "" });
});

it.each(["client", "peer", "admin"])(
  "says that the %s port is in use, and whose setting it is",
  async (listener) => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const flags = ["--data", temporaryFolder(), ...ANY_PORTS, `--${listener}`, `127.0.0.1:${port}`];
    const { code, stderr, stdout } = await new NodeProcess(flags).exit();
    const message = `listen.${listener}: cannot listen on 127.0.0.1:${port}: port ${port} is in use by another process`;
    expect(stderr).toContain(`error: ${message}`);
    expect(JSON.parse(stdout)).toMatchObject({ error: { message: expect.stringContaining(message) } });
    expect(code).toBe(1);
  },
);
