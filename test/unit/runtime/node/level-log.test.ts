import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../../../src/runtime/index.js";
import { NodeDisk } from "../../../../src/runtime/node/index.js";

const BLOCK_BYTES = 32 * 1024;
const BATCHES = 400;
const ROWS_PER_BATCH = 4;

/** A store whose process ended without closing it: all of it is in its log. */
let original: string;
let logName: string;
let log: Buffer;
/** A copy that a test may damage. */
let folder: string;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "atoll-level-log-"));
  const live = join(root, "live");
  const { store } = await open(live);
  for (let batch = 0; batch < BATCHES; batch++) {
    const changes = Array.from({ length: ROWS_PER_BATCH }, (_, row) => ({
      key: Buffer.from(`${batch}/${row}`),
      value: Buffer.alloc((batch * 37 + row) % 200, "v"),
    }));
    await new Promise((resolve) => store.write(changes, false, resolve));
  }
  original = join(root, "original");
  await cp(live, original, { recursive: true });
  await closeStore(store);
  logName = (await readdir(join(original, "store"))).find((name) => name.endsWith(".log")) ?? "no log";
  log = await readFile(join(original, "store", logName));
  expect(log.length).toBeGreaterThan(3 * BLOCK_BYTES);
});

afterAll(() => rm(root, { recursive: true }));

let copies = 0;
beforeEach(copy);

async function copy(): Promise<void> {
  folder = join(root, `copy-${copies++}`);
  await cp(original, folder, { recursive: true });
}

function open(at: string): Promise<{ store: Store; wasRepaired: boolean; damage: object[] }> {
  const damage: object[] = [];
  const disk = new NodeDisk(at, (found) => damage.push(found));
  return new Promise((resolve, reject) =>
    disk.openStore((error, store, wasRepaired) =>
      store === undefined ? reject(error) : resolve({ store, wasRepaired, damage }),
    ),
  );
}

function closeStore(store: Store): Promise<void> {
  return new Promise((resolve) => store.close(resolve));
}

async function reopen(): Promise<{ wasRepaired: boolean; damage: object[]; batches: number[] }> {
  const { store, wasRepaired, damage } = await open(folder);
  const all = [...Array(BATCHES).keys()];
  const batches = all.filter((batch) => store.get(Buffer.from(`${batch}/0`)) !== undefined);
  await closeStore(store);
  return { wasRepaired, damage, batches };
}

function writeLog(bytes: Buffer, name = logName): Promise<void> {
  return writeFile(join(folder, "store", name), bytes);
}

function withFlippedBit(bit: number): Buffer {
  const bytes = Buffer.from(log);
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return bytes;
}

function accept(): void {
  new NodeDisk(folder).acceptRepair();
}

describe("a store whose log is replayed", () => {
  test("was not repaired when the log is whole", async () => {
    const { wasRepaired, damage, batches } = await reopen();
    expect({ wasRepaired, damage, batches: batches.length }).toEqual({
      wasRepaired: false,
      damage: [],
      batches: BATCHES,
    });
    expect((await reopen()).wasRepaired).toBe(false);
  });

  test("was repaired when a bit in the middle of the log has flipped, until that is accepted", async () => {
    await writeLog(withFlippedBit(BLOCK_BYTES * 8 + 12_345));
    const first = await reopen();
    expect(first.batches.length).toBeLessThan(BATCHES);
    expect(first.batches).toContain(BATCHES - 1);
    expect(first.wasRepaired).toBe(true);
    expect(first.damage).toEqual([
      { droppedBytes: expect.any(Number), missingChanges: (BATCHES - first.batches.length) * ROWS_PER_BATCH },
    ]);
    // The log is gone by now.
    expect((await reopen()).wasRepaired).toBe(true);
    accept();
    expect((await reopen()).wasRepaired).toBe(false);
  });

  test("will be repaired when the process dies between finding that and opening", async () => {
    const { store } = await open(folder);
    await writeLog(withFlippedBit(BLOCK_BYTES * 8 + 12_345), "000099.log");
    await expect(open(folder)).rejects.toMatchObject({ code: "LOCKED" });
    await closeStore(store);
    await rm(join(folder, "store", "000099.log"));
    expect((await reopen()).wasRepaired).toBe(true);
  });

  test("was not repaired, wherever a crash has cut its log off: the mark shows what is missing", async () => {
    for (const length of [0, 5, 100, BLOCK_BYTES - 3, BLOCK_BYTES, BLOCK_BYTES + 3, log.length - 1]) {
      await copy();
      await truncate(join(folder, "store", logName), length);
      const { wasRepaired, batches } = await reopen();
      expect({ length, wasRepaired }).toEqual({ length, wasRepaired: false });
      expect(batches).toEqual([...batches.keys()]);
    }
  });

  test("was not repaired when space was set aside after its end", async () => {
    await writeLog(Buffer.concat([log, Buffer.alloc(2 * BLOCK_BYTES)]));
    expect((await reopen()).wasRepaired).toBe(false);
  });

  test("was repaired when an older log has lost its end, and a newer one goes on", async () => {
    // Both in the log's first block, which a batch begins and no fragment crosses.
    const middle = endOfBatch(60);
    await writeLog(log.subarray(0, endOfBatch(50)));
    const number = Number.parseInt(logName, 10) + 1;
    const newer = log.subarray(middle, endOfBatch(70));
    await writeLog(newer, `${String(number).padStart(6, "0")}.log`);
    const { wasRepaired, damage } = await reopen();
    expect({ wasRepaired, damage }).toEqual({
      wasRepaired: true,
      damage: [{ droppedBytes: 0, missingChanges: 10 * ROWS_PER_BATCH }],
    });
  });

  test("was repaired whenever LevelDB says that it dropped something, or anything but its end is missing", async () => {
    const bits = fc.integer({ min: 0, max: log.length * 8 - 1 });
    await fc.assert(
      fc.asyncProperty(bits, async (bit) => {
        await copy();
        await writeLog(withFlippedBit(bit));
        const { wasRepaired, batches } = await reopen();
        const said = await readFile(join(folder, "store", "LOG"), "utf8");
        expect(wasRepaired).toBe(said.includes(": dropping "));
        const isPrefix = batches.every((batch, at) => batch === at);
        expect(wasRepaired || isPrefix).toBe(true);
        await rm(folder, { recursive: true });
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

/** Where the given number of batches of the log have ended, while they fit the first block. */
function endOfBatch(count: number): number {
  let at = 0;
  for (let batch = 0; batch < count; batch++) at += 7 + log.readUInt16LE(at + 4);
  expect(at).toBeLessThan(BLOCK_BYTES);
  return at;
}
