/** A data folder that is not this node's to use: it says why, and leaves every byte as it was. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Level } from "level";
import { expect, it } from "vitest";
import { connect } from "../../src/client/index.js";
import { FORMAT_VERSION, IDENTITY_KEY, sealIdentity } from "../../src/node/node-record.js";
import { ANY_PORTS, configFile, NodeProcess, temporaryFolder } from "./support/node-process.js";

const CLUSTER = { cluster: { id: "ours", partitions: 16 } };

function startOn(data: string, settings: object = CLUSTER, flags: readonly string[] = []): NodeProcess {
  return new NodeProcess(["--config", configFile(settings), "--data", data, ...ANY_PORTS, ...flags]);
}

async function value(endpoint: string): Promise<unknown> {
  await using db = await connect({ endpoints: [endpoint] });
  return (await db.register("b").get("k")).value;
}

/** A folder in which a node has left the key `k`, and where it holds everything it knows. */
async function usedFolder(): Promise<string> {
  const data = join(temporaryFolder(), "data");
  const node = startOn(data);
  const { endpoint } = await node.started();
  await using db = await connect({ endpoints: [endpoint] });
  await db.register("b").put("k", "kept");
  await db.close();
  expect((await node.stop()).code).toBe(0);
  return data;
}

async function withStore<Result>(
  data: string,
  use: (store: Level<Buffer, Buffer>) => Promise<Result>,
): Promise<Result> {
  const store = new Level<Buffer, Buffer>(join(data, "store"), {
    keyEncoding: "buffer",
    valueEncoding: "buffer",
  });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** All that a node keeps in its folder. */
async function contentOf(data: string): Promise<unknown> {
  const entries = await withStore(data, (store) => store.iterator().all());
  return { mark: readFileSync(join(data, "mark")).toString("hex"), entries: entries.map(String) };
}

it.each<[string, object, readonly string[], RegExp]>([
  [
    "another cluster",
    { cluster: { id: "theirs", partitions: 16 } },
    [],
    /belongs to cluster ours, .* theirs; nothing was/,
  ],
  ["another node", CLUSTER, ["--node", "other"], /belongs to node local-1, .* other; nothing was changed/],
  [
    "a cluster cut otherwise",
    { cluster: { id: "ours", partitions: 32 } },
    [],
    /partition count of 16, .* 32/,
  ],
])("refuses the folder of %s", async (_, settings, flags, message) => {
  const data = await usedFolder();
  const before = await contentOf(data);
  const { code, stderr } = await startOn(data, settings, flags).exit();
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
  expect(await contentOf(data)).toEqual(before);
  expect(await value((await startOn(data).started()).endpoint)).toBe("kept");
});

it("refuses a folder of a newer format", async () => {
  const data = await usedFolder();
  const identity = { clusterId: "ours", nodeId: "local-1", number: 1, partitionCount: 16 };
  const newer = sealIdentity({ ...identity, formatVersion: FORMAT_VERSION + 1 });
  await withStore(data, (store) => store.put(Buffer.from(IDENTITY_KEY, "latin1"), newer));
  const before = await contentOf(data);
  const { code, stderr } = await startOn(data).exit();
  expect(stderr).toContain(
    `has format ${FORMAT_VERSION + 1}, and this version of AtollDB reads format ${FORMAT_VERSION}; use the version that wrote it`,
  );
  expect(code).toBe(1);
  expect(await contentOf(data)).toEqual(before);
});

it.each([
  ["that names its cluster", CLUSTER],
  ["that makes its cluster up", {}],
])("refuses a file in the place of the folder, for a node %s", async (_, settings) => {
  const data = join(temporaryFolder(), "data");
  writeFileSync(data, "a letter");
  const { code, stderr } = await startOn(data, settings).exit();
  expect(stderr).toContain(`the data folder ${data} cannot be used: `);
  expect(stderr).toContain("it is not a folder");
  expect(code).toBe(1);
  expect(readFileSync(data, "utf8")).toBe("a letter");
});

it("refuses a folder that a running node uses, which does not notice", async () => {
  const data = join(temporaryFolder(), "data");
  const owner = startOn(data);
  const { endpoint } = await owner.started();
  await using db = await connect({ endpoints: [endpoint] });
  await db.register("b").put("k", "kept");
  const { code, stderr } = await startOn(data).exit();
  expect(stderr).toContain(
    `the data folder ${data} is in use by another node: stop that one, or give this one`,
  );
  expect(code).toBe(1);
  await db.register("b").put("k", "written since");
  expect((await owner.stop()).code).toBe(0);
  expect(await value((await startOn(data).started()).endpoint)).toBe("written since");
});
