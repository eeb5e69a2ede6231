import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../../../src/server/config.js";
import { ConfigError } from "../../../src/server/config-layers.js";

const member = (number: number, changes: object = {}) => ({
  number,
  id: `eu-${number}`,
  region: "eu",
  zone: "a",
  host: `h${number}`,
  client: `127.0.0.1:${number}400`,
  peer: `127.0.0.1:${number}401`,
  admin: `127.0.0.1:${number}402`,
  ...changes,
});
const cluster = (...members: object[]) => ({ id: "c1", members });

/** The problems that `settings` are refused with; empty when they are accepted. */
function problemsOf(settings: unknown): readonly string[] {
  try {
    parseConfig(settings);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe("settings", () => {
  it("say which buckets keep a conflict log, and how much of it there is", () => {
    const buckets = { carts: { conflict_log: true }, carts2: { conflict_log: false }, carts3: {} };
    const { conflictLog } = parseConfig({ buckets, conflict_log_records: 5, conflict_log_mb: 2 });
    expect(conflictLog).toEqual({ buckets: new Set(["carts"]), recordsMax: 5, bytesMax: 2 ** 21 });
    expect(problemsOf({ buckets: { carts: { conflict_log: "yes" } } })).toEqual([
      expect.stringMatching(/^buckets\.carts\.conflict_log: /),
    ]);
    expect(problemsOf({ conflict_log_records: 0 })).toHaveLength(1);
  });

  it("need nothing: a node alone, on loopback, with the documented defaults", () => {
    expect(parseConfig({})).toEqual({
      nodeId: "local-1",
      dataFolder: "./data",
      listen: {
        client: { host: "127.0.0.1", port: 7400 },
        peer: { host: "127.0.0.1", port: 7401 },
        admin: { host: "127.0.0.1", port: 7402 },
      },
      cluster: {
        kind: "single",
        id: undefined,
        partitions: 256,
        replicas: 3,
        region: "local",
        zone: "a",
        host: "localhost",
      },
      peerAddresses: {},
      fsync: "always",
      fsyncIntervalMs: 100,
      maxClockDriftMs: 500,
      defaultTtlsMs: new Map(),
      requestIdWindowMs: 600000,
      maxHintWindowMs: 10800000,
      hintBudgetBytes: 2 ** 30,
      fallbackBytesMax: 2 ** 26,
      catchUpBytesPerSecond: 2 ** 26,
      rowCacheBytes: 16 * 2 ** 20,
      conflictLog: { buckets: new Set(), recordsMax: 10_000, bytesMax: 16 * 2 ** 20 },
      limits: {
        keyBytes: 4096,
        valueBytes: 1048576,
        messageBytes: 4194304,
        batchItems: 1000,
        operationsInFlight: 10000,
        watchedPartitions: 65536,
        streamsPerConnection: 1000,
        siblings: 100,
        maxTimeoutMs: 60000,
        defaultTimeoutMs: 5000,
      },
      log: { level: "warn", file: undefined },
      tls: undefined,
      reflection: false,
    });
  });

  it("make a region alone a cluster of one node in it", () => {
    const config = parseConfig({ region: "eu" });
    expect(config.nodeId).toBe("eu-1");
    expect(config.cluster).toMatchObject({ kind: "single", region: "eu" });
  });

  it("take a member's own addresses unless told to listen elsewhere", () => {
    const config = parseConfig({
      node: "eu-2",
      listen: { client: "127.0.0.1:9000" },
      cluster: cluster(member(2), member(1)),
    });
    expect(config.listen.client.port).toBe(9000);
    expect(config.listen.peer.port).toBe(2401);
    expect(config.cluster).toMatchObject({ kind: "members", members: [{ number: 1 }, { number: 2 }] });
  });

  it("need no node id when there is one member", () => {
    expect(parseConfig({ cluster: cluster(member(1)) }).nodeId).toBe("eu-1");
  });

  it("allow other machines with TLS or with insecure", () => {
    const listen = { client: "0.0.0.0:7400" };
    const tls = { cert: "c", key: "k", ca: "a" };
    expect(problemsOf({ listen, tls })).toEqual([]);
    expect(problemsOf({ listen, insecure: true })).toEqual([]);
  });

  it("remember request ids for longer than requests may take", () => {
    expect(parseConfig({ limits: { max_timeout_ms: 3_600_000 } }).requestIdWindowMs).toBe(7_200_000);
  });

  it("keep the default timeout within a lowered maximum", () => {
    expect(parseConfig({ limits: { max_timeout_ms: 100 } }).limits.defaultTimeoutMs).toBe(100);
  });
});

describe("wrong settings", () => {
  const two = cluster(member(1), member(2));
  const cases: [string, unknown, string[]][] = [
    ["an unknown key", { datta: "x" }, ["datta: unknown setting; did you mean data?"]],
    ["an unknown key like no other", { colour: "x" }, ["colour: unknown setting"]],
    [
      "an unknown key in a section",
      { limits: { keybytes: 1 } },
      ["limits.keybytes: unknown setting; did you mean key_bytes?"],
    ],
    [
      "an unknown key of a member",
      { cluster: cluster(member(1, { adress: "x" })) },
      ["cluster.members[0].adress: unknown setting"],
    ],
    ["no settings at all", 5, ["settings: expected object, received number"]],
    ["a wrong type", { node: 5 }, ["node: expected string, received number"]],
    [
      "a bad id",
      { node: "Eu West" },
      ["node: must be 1 to 63 of a-z 0-9 - and start with a letter or digit"],
    ],
    [
      "a window of request ids that ends before retries do",
      { request_id_window_ms: 299_999 },
      ["request_id_window_ms: must be a whole number from 300000 to 2147483647"],
    ],
    [
      "a window of request ids that a long request outlives",
      { request_id_window_ms: 400_000, limits: { max_timeout_ms: 300_000 } },
      ["request_id_window_ms: 400000 is less than twice limits.max_timeout_ms (300000)"],
    ],
    [
      "a budget of nothing for hints",
      { hint_budget_mb: 0, max_hint_window_ms: -1 },
      [
        "max_hint_window_ms: must be a whole number from 0 to 2678400000",
        "hint_budget_mb: must be a whole number from 1 to 1048576",
      ],
    ],
    ["a bad fsync", { fsync: "maybe" }, ['fsync: expected one of "always"|"interval"|"never"']],
    [
      "a bad address",
      { listen: { client: "7400" } },
      ["listen.client: must be host:port, as in 127.0.0.1:7400 or [::1]:7400"],
    ],
    [
      "a port too high",
      { listen: { client: "h:65536" } },
      ["listen.client: must be host:port, as in 127.0.0.1:7400 or [::1]:7400"],
    ],
    [
      "a member on port 0",
      { cluster: cluster(member(1, { peer: "127.0.0.1:0" })) },
      ["cluster.members[0].peer: must name the port: 0 cannot be dialled"],
    ],
    ["no replicas", { cluster: { replicas: 0 } }, ["cluster.replicas: must be a whole number from 1 to 16"]],
    [
      "partitions that halve unevenly",
      { cluster: { partitions: 100 } },
      ["cluster.partitions: must be a power of two"],
    ],
    ["no members", { cluster: cluster() }, ["cluster.members: must not be empty"]],
    [
      "a node that is no member",
      { node: "eu-3", cluster: two },
      ["node: eu-3 is not among cluster.members (eu-1, eu-2); did you mean eu-1?"],
    ],
    [
      "no node among several",
      { cluster: two },
      ["node: say which member this node is (--node ID), one of eu-1, eu-2"],
    ],
    [
      "members without a cluster id",
      { node: "eu-1", cluster: { members: [member(1)] } },
      ["cluster.id: missing; every member of one cluster names the same id"],
    ],
    [
      "two members with one id",
      { node: "eu-1", cluster: cluster(member(1), member(2, { id: "eu-1" })) },
      ["cluster.members[1].id: id eu-1 is taken by cluster.members[0].id"],
    ],
    [
      "two members with one number",
      { node: "eu-1", cluster: cluster(member(1), member(2, { number: 1 })) },
      ["cluster.members[1].number: number 1 is taken by cluster.members[0].number"],
    ],
    [
      "two members at one address",
      { node: "eu-1", cluster: cluster(member(1), member(2, { peer: "127.0.0.1:1400" })) },
      ["cluster.members[1].peer: address 127.0.0.1:1400 is taken by cluster.members[0].client"],
    ],
    [
      "a region that is not the member's",
      { node: "eu-1", region: "us", cluster: two },
      ["region: us, but cluster.members puts eu-1 in region eu"],
    ],
    [
      "two listeners on one port",
      { listen: { peer: "127.0.0.1:7400" } },
      ["listen.peer: port 7400 is taken by listen.client (127.0.0.1:7400)"],
    ],
    [
      "two listeners on one port by way of every interface",
      { listen: { admin: "0.0.0.0:7401" }, insecure: true },
      ["listen.admin: port 7401 is taken by listen.peer (127.0.0.1:7401)"],
    ],
    [
      "other machines without TLS",
      { listen: { client: "10.0.0.1:7400" } },
      [
        "listen.client: 10.0.0.1:7400 can be reached by other machines without TLS; configure tls, or accept that " +
          "with --insecure",
      ],
    ],
    [
      "TLS and insecure",
      { insecure: true, tls: { cert: "c", key: "k", ca: "a" } },
      ["insecure: means no TLS, but tls is configured; remove one of them"],
    ],
    [
      "half of TLS",
      { tls: { cert: "c" } },
      ["tls.key: expected string, received undefined", "tls.ca: expected string, received undefined"],
    ],
    [
      "a peer that is no member",
      { node: "eu-1", cluster: two, peer_addresses: { "us-1": "127.0.0.1:1" } },
      ["peer_addresses.us-1: is not among cluster.members"],
    ],
    [
      "itself as a peer",
      { node: "eu-1", cluster: two, peer_addresses: { "eu-1": "127.0.0.1:1" } },
      ["peer_addresses.eu-1: is this node itself"],
    ],
    [
      "messages too short for a put",
      { limits: { message_bytes: 1_000_000 } },
      [
        "limits.message_bytes: 1000000 cannot hold a put at the limits; it takes 1118208 " +
          "(key_bytes + value_bytes + 65536 for the rest)",
      ],
    ],
    [
      "messages too short for a frame",
      { limits: { value_bytes: 1_000, message_bytes: 100_000 } },
      ["limits.message_bytes: 100000 cannot hold a frame of a pipeline; it takes 262144"],
    ],
    [
      "a default timeout above the highest",
      { limits: { max_timeout_ms: 100, default_timeout_ms: 200 } },
      ["limits.default_timeout_ms: 200 is above limits.max_timeout_ms (100)"],
    ],
  ];
  it.each(cases)("%s", (_name, settings, problems) => {
    expect(problemsOf(settings)).toEqual(problems);
  });

  it("are all told at once", () => {
    expect(problemsOf({ datta: 1, fsync: 2, limits: { siblings: -1 } })).toHaveLength(3);
  });
});

describe("sources", () => {
  let folder = "";
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    return writeFile(path, text).then(() => path);
  };
  const problemsOfLoading = async (sources: Parameters<typeof loadConfig>[0]) => {
    const error = await loadConfig(sources).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof ConfigError ? error.problems : [];
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "atoll-config-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("win in the order flags, environment, file, default", async () => {
    const path = await file(
      "a.yaml",
      "data: file\nfsync: never\nrow_cache_mb: 1\nlimits: {key_bytes: 10, siblings: 3}\n",
    );
    const environment = { ATOLL_FSYNC: "interval", ATOLL_ROW_CACHE_MB: "2", ATOLL_LIMITS_KEY_BYTES: "20" };
    const config = await loadConfig({ file: path, environment, flags: { row_cache_mb: 3 } });
    expect(config.dataFolder).toBe("file");
    expect(config.fsync).toBe("interval");
    expect(config.rowCacheBytes).toBe(3 * 2 ** 20);
    expect(config.limits).toMatchObject({ keyBytes: 20, siblings: 3, valueBytes: 1048576 });
  });

  it("read booleans and sections from the environment", async () => {
    const environment = {
      ATOLL_REFLECTION: "true",
      ATOLL_LISTEN_CLIENT: "127.0.0.1:1",
      ATOLL_LISTEN_PEER: "[::1]:2",
    };
    const config = await loadConfig({ environment });
    expect(config.reflection).toBe(true);
    expect(config.listen).toMatchObject({ client: { port: 1 }, peer: { host: "::1", port: 2 } });
  });

  it("are named in errors", async () => {
    const path = await file("b.yaml", "limits:\n  keybytes: 5\n");
    expect(await problemsOfLoading({ file: path })).toEqual([
      `${path}: limits.keybytes: unknown setting; did you mean key_bytes?`,
    ]);
    expect(await problemsOfLoading({ environment: { ATOLL_ROW_CACHE_MB: "many" } })).toEqual([
      "ATOLL_ROW_CACHE_MB: expected number, received string",
    ]);
    expect(await problemsOfLoading({ flags: { listen: { client: "x" } } })).toEqual([
      "--client: must be host:port, as in 127.0.0.1:7400 or [::1]:7400",
    ]);
  });

  it("tell a mistyped variable from one of another command", async () => {
    expect(await problemsOfLoading({ environment: { ATOLL_FSYCN: "never" } })).toEqual([
      "ATOLL_FSYCN: unknown setting; did you mean ATOLL_FSYNC?",
    ]);
    expect(await problemsOfLoading({ environment: { ATOLL_ENDPOINT: "x", OTHER: "y" } })).toEqual([]);
  });

  it("may be an empty file", async () => {
    expect((await loadConfig({ file: await file("c.yaml", "# nothing\n") })).nodeId).toBe("local-1");
  });

  it("say where YAML is broken, and when there is no file", async () => {
    const path = await file("d.yaml", "data: [1\nnode: x\n");
    expect((await problemsOfLoading({ file: path }))[0]).toMatch(/d\.yaml: .*line \d+/);
    expect((await problemsOfLoading({ file: join(folder, "none.yaml") }))[0]).toMatch(
      /none\.yaml: cannot be read/,
    );
  });

  it("may be JSON, and say where that is broken", async () => {
    const good = await file("f.json", '{ "node": "one-1", "limits": { "key_bytes": 9 } }');
    expect(await loadConfig({ file: good })).toMatchObject({ nodeId: "one-1", limits: { keyBytes: 9 } });
    const unknown = await file("g.json", '{ "limits": { "keybytes": 9 } }');
    expect(await problemsOfLoading({ file: unknown })).toEqual([
      `${unknown}: limits.keybytes: unknown setting; did you mean key_bytes?`,
    ]);
    const broken = await file("h.json", '{ "node": ');
    expect((await problemsOfLoading({ file: broken }))[0]).toMatch(/h\.json: .*JSON/);
  });

  it("refuse a key given twice", async () => {
    const path = await file("e.yaml", "data: a\ndata: b\n");
    expect((await problemsOfLoading({ file: path }))[0]).toMatch(/unique/);
  });
});
