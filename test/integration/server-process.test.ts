/** Real nodes on real ports: in processes of their own where exit codes count, else in this one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { AtollServer, parseConfig } from "../../src/server/index.js";
import { KvServiceClient, type kv } from "../../src/wire/index.js";
import { call, failureOf, SILENT } from "../unit/server/server-fixture.js";
import { TemporaryFolders } from "../unit/server/temporary-folders.js";

const ANY_PORTS = ["--client", "127.0.0.1:0", "--peer", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
const address: kv.Address = { type: "DATA_TYPE_REGISTER", bucket: "b", key: Buffer.from("k") };
const START_LIMIT_MS = 30_000;

const folders = new TemporaryFolders();
const children: Started[] = [];
const clients: InstanceType<typeof KvServiceClient>[] = [];
const servers: AtollServer[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const child of children.splice(0)) await child.kill();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await folders.removeAll();
});

/** `atoll start …` in a process of its own. */
class Started {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, ["dist/src/cli/main.js", "start", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.#ended = once(this.#child, "close").then(() => this.#child.exitCode);
    children.push(this);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves with the exit code. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** The document that `--json` prints. */
  async document(): Promise<Record<string, unknown>> {
    await expect.poll(() => this.stdout, { timeout: START_LIMIT_MS }).toMatch(/\n$/);
    const document: unknown = JSON.parse(this.stdout);
    return typeof document === "object" && document !== null ? { ...document } : {};
  }
}

function clientOf(endpoint: unknown, channel: ChannelCredentials = credentials.createInsecure()) {
  const client = new KvServiceClient(String(endpoint), channel);
  clients.push(client);
  return client;
}

async function freeAddresses(count: number): Promise<string[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(probes.map((probe) => once(probe, "listening")));
  const ports = probes.map((probe) => portOf(probe.address()));
  await Promise.all(probes.map((probe) => once(probe.close(), "close")));
  return ports.map((port) => `127.0.0.1:${port}`);
}

function portOf(bound: AddressInfo | string | null): number {
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

describe("atoll start", () => {
  it("says where it is, keeps what it acknowledged, and ends with 0 on SIGTERM", async () => {
    const data = await folders.make();
    const first = new Started(["--region", "eu", "--data", data, "--json", ...ANY_PORTS]);
    const document = await first.document();
    expect(document).toEqual({
      id: "eu-1",
      endpoint: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/),
      admin: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/),
      peer: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/),
      pid: first.pid,
    });
    const client = clientOf(document.endpoint);
    await call((...rest) => client.put({ address, value: { data: Buffer.from("Ada") } }, ...rest));
    const ready = await fetch(`http://${document.admin}/readyz`);
    expect(ready.status).toBe(200);
    first.signal("SIGTERM");
    expect([await first.ended(), first.stderr]).toEqual([0, ""]);

    const second = new Started(["--region", "eu", "--data", data, "--json", ...ANY_PORTS]);
    const again = clientOf((await second.document()).endpoint);
    const read = await call<kv.GetResponse__Output>((...rest) => again.get({ address }, ...rest));
    expect(read.values[0]?.data.toString()).toBe("Ada");
    second.signal("SIGINT");
    expect(await second.ended()).toBe(0);
  });

  it("ends with 1, and says why, when its folder is in use or another cluster's, or a port is taken", async () => {
    const data = await folders.make();
    const running = new Started(["--region", "eu", "--data", data, "--json", ...ANY_PORTS]);
    const { peer } = await running.document();
    const locked = new Started(["--region", "eu", "--data", data, ...ANY_PORTS]);
    const other = await folders.make();
    const inUse = new Started(["--region", "eu", "--data", other, ...ANY_PORTS, "--peer", String(peer)]);
    expect([await locked.ended(), locked.stdout]).toEqual([1, ""]);
    expect(locked.stderr).toMatch(/^error: the data folder .* is in use by another node: .*\n$/);
    expect([await inUse.ended(), inUse.stdout]).toEqual([1, ""]);
    expect(inUse.stderr).toMatch(/^error: listen\.peer: cannot listen on .*: port \d+ is in use .*\n$/);
    running.signal("SIGTERM");
    await running.ended();

    const config = join(other, "node.yaml");
    await writeFile(config, "cluster: { id: another }\n");
    const foreign = new Started(["--config", config, "--region", "eu", "--data", data, ...ANY_PORTS]);
    expect([await foreign.ended(), foreign.stdout]).toEqual([1, ""]);
    expect(foreign.stderr).toMatch(/^error: the data folder belongs to cluster cluster-\w+, .*another.*\n$/);
  });

  it("ends with 2, and says why, when its flags or settings are wrong", async () => {
    const flag = new Started(["--regin", "eu"]);
    const setting = new Started(["--client", "7400"]);
    expect([await flag.ended(), flag.stdout]).toEqual([2, ""]);
    expect(flag.stderr).toContain("unknown option '--regin'");
    expect([await setting.ended(), setting.stdout]).toEqual([2, ""]);
    expect(setting.stderr).toBe("error: --client: must be host:port, as in 127.0.0.1:7400 or [::1]:7400\n");
  });
});

describe("a node that cannot start", () => {
  it("frees its ports", async () => {
    const data = await folders.make();
    const any = { client: "127.0.0.1:0", peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
    servers.push(await AtollServer.start(parseConfig({ data, listen: any }), { log: SILENT }));
    const [client, peer, admin] = await freeAddresses(3);
    const config = parseConfig({ data, listen: { client, peer, admin } });
    await expect(AtollServer.start(config, { log: SILENT })).rejects.toThrow("is in use by another node");
    const elsewhere = parseConfig({ data: await folders.make(), listen: { client, peer, admin } });
    servers.push(await AtollServer.start(elsewhere, { log: SILENT }));
  });
});

describe("TLS", () => {
  const file = (name: string) => join("test/unit/server/tls-fixture", name);
  const tls = { cert: file("cert.pem"), key: file("key.pem"), ca: file("cert.pem") };

  it("is between peers, towards clients and on the admin port", async () => {
    const free = await freeAddresses(6);
    const members = [1, 2].map((number) => {
      const [client, peer, admin] = free.slice((number - 1) * 3, number * 3);
      return { number, id: `eu-${number}`, region: "eu", zone: "a", host: `h${number}`, client, peer, admin };
    });
    for (const member of members) {
      const data = await folders.make();
      const config = parseConfig({
        node: member.id,
        data,
        tls,
        cluster: { id: "c", partitions: 8, members },
      });
      servers.push(await AtollServer.start(config, { log: SILENT }));
    }
    const [first] = servers;
    await expect
      .poll(() => first?.status(), { timeout: START_LIMIT_MS })
      .toMatchObject({
        state: "READY",
        peers: [{ nodeId: "eu-2", isConnected: true, isAlive: true }],
      });

    const ca = await readFile(tls.ca);
    const trusting = clientOf(first?.addresses.client, credentials.createSsl(ca));
    const options: kv.RequestOptions = { consistency: { level: "CONSISTENCY_LEVEL_ALL" } };
    const put: kv.PutRequest = { address, value: { data: Buffer.from("Ada") }, options };
    expect(await call((...rest) => trusting.put(put, ...rest))).toMatchObject({ acksReceived: 2 });
    const plain = clientOf(first?.addresses.client);
    expect(await failureOf(call((...rest) => plain.put(put, ...rest)))).toMatchObject({
      code: "UNAVAILABLE",
    });
    await expect(fetch(`http://${first?.addresses.admin}/livez`)).rejects.toThrow();
  });

  it("refuses files that do not fit together", async () => {
    const data = await folders.make();
    const listen = { client: "127.0.0.1:0", peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
    const config = parseConfig({ data, listen, tls: { ...tls, key: file("cert.pem") } });
    await expect(AtollServer.start(config, { log: SILENT })).rejects.toThrow(/^tls: /);
  });
});
