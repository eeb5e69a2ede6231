import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../../../src/runtime/index.js";
import { NodeDisk } from "../../../../src/runtime/node/index.js";

const SLOT_BYTES = 4096;
const SLOTS = 4;

let folder: string;
let disk: NodeDisk;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "atoll-node-disk-"));
  disk = new NodeDisk(folder);
});

afterEach(async () => {
  disk.close();
  await rm(folder, { recursive: true });
});

function openStore(on: NodeDisk): Promise<Store> {
  return new Promise((resolve, reject) =>
    on.openStore((error, store) => (store === undefined ? reject(error) : resolve(store))),
  );
}

function open(on: NodeDisk): Promise<{ store: Store; wasRepaired: boolean }> {
  return new Promise((resolve, reject) =>
    on.openStore((error, store, wasRepaired) =>
      store === undefined ? reject(error) : resolve({ store, wasRepaired }),
    ),
  );
}

function closeStore(store: Store): Promise<void> {
  return new Promise((resolve) => store.close(resolve));
}

function syncMark(): Promise<void> {
  return new Promise((resolve, reject) =>
    disk.mark.sync((error) => (error === undefined ? resolve() : reject(error))),
  );
}

function mark(text: string): Buffer {
  return Buffer.from(text);
}

describe("the store of a folder", () => {
  test("is made when absent, and found again", async () => {
    const nested = new NodeDisk(join(folder, "not", "there", "yet"));
    const first = await openStore(nested);
    await new Promise((resolve) => first.write([{ key: mark("k"), value: mark("v") }], true, resolve));
    await closeStore(first);
    const second = await openStore(nested);
    expect(second.get(mark("k"))).toEqual(mark("v"));
    await closeStore(second);
  });

  test("opens again on the same disk once it was closed", async () => {
    for (let round = 0; round < 3; round++) {
      await closeStore(await openStore(disk));
    }
  });

  test("says which folder is in use, and what to do", async () => {
    const store = await openStore(disk);
    const failure = await openStore(new NodeDisk(folder)).catch((error: unknown) => error);
    await closeStore(store);
    expect(failure).toMatchObject({ name: "StoreError", code: "LOCKED" });
    expect(String(failure)).toContain(folder);
    expect(String(failure)).toContain("stop that one");
  });

  test("says that a folder is not a folder", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(openStore(new NodeDisk(file))).rejects.toMatchObject({
      code: "IO",
      message: expect.stringMatching(/file cannot be used: .*not a folder/),
    });
    await expect(openStore(new NodeDisk(join(file, "below")))).rejects.toMatchObject({
      code: "IO",
      message: expect.stringContaining("ENOTDIR"),
    });
  });

  test("is repaired when it says nothing that makes sense, and keeps what can be read", async () => {
    const first = await openStore(disk);
    await new Promise((resolve) => first.write([{ key: mark("k"), value: mark("v") }], true, resolve));
    await closeStore(first);
    await writeFile(join(folder, "store", "CURRENT"), "garbage");
    const { store, wasRepaired } = await open(disk);
    expect(wasRepaired).toBe(true);
    expect(store.get(mark("k"))).toEqual(mark("v"));
    await closeStore(store);
  });

  test("is said to be repaired at every opening, of other processes too, until that is accepted", async () => {
    await fillTables(disk);
    const files = await readdir(join(folder, "store"));
    const table = files.find((name) => name.endsWith(".ldb"));
    await rm(join(folder, "store", table ?? "no table"));
    for (const on of [disk, disk, new NodeDisk(folder)]) {
      const { store, wasRepaired } = await open(on);
      expect(wasRepaired).toBe(true);
      await closeStore(store);
      on.close();
    }
    disk.acceptRepair();
    const { store, wasRepaired } = await open(disk);
    expect(wasRepaired).toBe(false);
    await closeStore(store);
  });

  test("is repaired at its next opening when damage shows while it is open", async () => {
    await fillTables(disk);
    const files = await readdir(join(folder, "store"));
    for (const name of files.filter((file) => file.endsWith(".ldb"))) {
      const bytes = await readFile(join(folder, "store", name));
      // All blocks of data; the footer and what it points at stay.
      await writeFile(join(folder, "store", name), bytes.fill(0x5a, 0, Math.floor(bytes.length / 2)));
    }
    const { store } = await open(disk);
    const failure: unknown = await readAll(store).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "CORRUPT" });
    await closeStore(store);
    const again = await open(disk);
    expect(again.wasRepaired).toBe(true);
    await readAll(again.store);
    await closeStore(again.store);
  });
});

/** More than LevelDB keeps in its log. */
async function fillTables(on: NodeDisk): Promise<void> {
  const store = await openStore(on);
  for (let batch = 0; batch < 24; batch++) {
    const changes = Array.from({ length: 8 }, (_, n) => ({
      key: mark(`k${batch}/${n}`),
      value: Buffer.alloc(64 * 1024, `${batch * 8 + n}`),
    }));
    await new Promise((resolve) => store.write(changes, false, resolve));
  }
  await closeStore(store);
  // An opening turns the log into tables.
  await closeStore(await openStore(on));
}

function readAll(store: Store): Promise<number> {
  return new Promise((resolve, reject) =>
    store.scan({ from: mark("a"), to: mark("z") }, 10_000, (error, entries) =>
      error === undefined ? resolve(entries.length) : reject(error),
    ),
  );
}

describe("the mark file", () => {
  test("is undefined when there is none, and does not make one by being read", async () => {
    expect(disk.mark.read()).toBeUndefined();
    await expect(readFile(join(folder, "mark"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("reads what was written last, also in the next process", async () => {
    for (let round = 0; round < 10; round++) {
      disk.mark.write(mark(`round ${round}`));
      expect(disk.mark.read()).toEqual(mark(`round ${round}`));
    }
    await syncMark();
    disk.close();
    disk = new NodeDisk(folder);
    expect(disk.mark.read()).toEqual(mark("round 9"));
    disk.mark.write(mark("round 10"));
    expect(disk.mark.read()).toEqual(mark("round 10"));
  });

  test("takes 0 to 256 bytes, and says so", () => {
    disk.mark.write(Buffer.alloc(0));
    expect(disk.mark.read()).toEqual(Buffer.alloc(0));
    disk.mark.write(Buffer.alloc(256, 7));
    expect(disk.mark.read()).toEqual(Buffer.alloc(256, 7));
    expect(() => disk.mark.write(Buffer.alloc(257))).toThrowError(/257 bytes/);
  });

  test("reads garbage as no mark, and recovers with the next write", async () => {
    for (const garbage of ["", "garbage", Buffer.alloc(SLOTS * SLOT_BYTES), Buffer.alloc(50_000, 0xff)]) {
      await writeFile(join(folder, "mark"), garbage);
      const fresh = new NodeDisk(folder);
      expect(fresh.mark.read()).toBeUndefined();
      fresh.mark.write(mark("new"));
      expect(fresh.mark.read()).toEqual(mark("new"));
      fresh.close();
    }
  });

  test("falls back to the write before one that was torn", async () => {
    disk.mark.write(mark("the one before"));
    const before = await readFile(join(folder, "mark"));
    disk.mark.write(mark("the torn one!!"));
    const after = await readFile(join(folder, "mark"));
    const changed = [...after.keys()].filter((at) => after[at] !== before[at]);
    expect(changed.length).toBeGreaterThan(0);
    for (const cut of changed.slice(0, -1)) {
      await writeFile(
        join(folder, "mark"),
        Buffer.concat([after.subarray(0, cut + 1), before.subarray(cut + 1)]),
      );
      expect(new NodeDisk(folder).mark.read()).toEqual(mark("the one before"));
    }
  });

  test("falls back whichever bit of the newest slot flips", async () => {
    disk.mark.write(mark("old"));
    disk.mark.write(mark("new"));
    const good = await readFile(join(folder, "mark"));
    const slot = good.indexOf("new") - 16;
    for (let bit = 0; bit < (16 + 3) * 8; bit++) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(slot + (bit >> 3)) ^ (1 << (bit & 7)), slot + (bit >> 3));
      await writeFile(join(folder, "mark"), bad);
      expect(new NodeDisk(folder).mark.read()).toEqual(mark("old"));
    }
  });

  test("loses no flushed mark when a power cut tears every write after it", async () => {
    const counts = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(counts, async (writesBetweenSyncs) => {
        let sequence = 0;
        let flushed: Buffer = Buffer.alloc(0);
        let onDisk = Buffer.alloc(0);
        for (const writes of writesBetweenSyncs) {
          sequence += 1;
          flushed = mark(`mark ${sequence}`);
          disk.mark.write(flushed);
          await syncMark();
          onDisk = await readFile(join(folder, "mark"));
          for (let write = 0; write < writes; write++) {
            sequence += 1;
            disk.mark.write(mark(`mark ${sequence}`));
          }
        }
        const now = await readFile(join(folder, "mark"));
        await writeFile(join(folder, "mark"), tearUnflushedSlots(onDisk, now));
        expect(new NodeDisk(folder).mark.read()).toEqual(flushed);
        await writeFile(join(folder, "mark"), now);
      }),
      { numRuns: 30 },
    );
  });

  test("does not overwrite what is being flushed, however much is written meanwhile", async () => {
    disk.mark.write(mark("flushed before"));
    await syncMark();
    disk.mark.write(mark("being flushed"));
    const flushing = syncMark();
    for (let write = 0; write < 10; write++) {
      disk.mark.write(mark(`meanwhile ${write}`));
    }
    await flushing;
    expect((await readFile(join(folder, "mark"))).includes("being flushed")).toBe(true);
  });

  test("keeps what was written while a flush was under way", async () => {
    disk.mark.write(mark("a"));
    const syncs = [syncMark()];
    for (const text of ["b", "c", "d", "e", "f"]) {
      disk.mark.write(mark(text));
      syncs.push(syncMark());
    }
    await Promise.all(syncs);
    expect(disk.mark.read()).toEqual(mark("f"));
  });

  test("never calls back before sync returns, and says CLOSED once closed", async () => {
    disk.mark.write(mark("a"));
    for (const code of [undefined, "CLOSED"]) {
      let hasReturned = false;
      await new Promise<void>((resolve) => {
        disk.mark.sync((error) => {
          expect(hasReturned).toBe(true);
          expect(error?.code).toBe(code);
          resolve();
        });
        hasReturned = true;
      });
      disk.close();
      disk.close();
    }
    expect(() => disk.mark.write(mark("b"))).toThrowError(expect.objectContaining({ code: "CLOSED" }));
    expect(disk.mark.read()).toEqual(mark("a"));
  });

  test("answers a sync that is under way when the disk is closed", async () => {
    disk.mark.write(mark("a"));
    const syncs = Promise.allSettled([syncMark(), syncMark()]);
    disk.close();
    const [first, second] = await syncs;
    expect(first?.status).toBe("fulfilled");
    expect(second).toMatchObject({ status: "rejected", reason: { code: "CLOSED" } });
  });

  test("says so when its place is taken by a folder", async () => {
    await mkdir(join(folder, "mark"));
    expect(() => disk.mark.read()).toThrowError(expect.objectContaining({ name: "StoreError", code: "IO" }));
    expect(() => disk.mark.write(mark("a"))).toThrowError(expect.objectContaining({ code: "IO" }));
  });

  test("survives the process that wrote it being killed", async () => {
    const source = fileURLToPath(new URL("../../../../src/runtime/node/node-disk.ts", import.meta.url));
    const program = `
      import { NodeDisk } from ${JSON.stringify(source)};
      const disk = new NodeDisk(${JSON.stringify(folder)});
      for (let n = 0; ; n++) {
        disk.mark.write(Buffer.from("mark " + n));
        if (n === 1000) console.log("written");
      }`;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGKILL");
    await exited;
    const read = Buffer.from(disk.mark.read() ?? []).toString();
    expect(Number(/^mark (\d+)$/.exec(read)?.[1])).toBeGreaterThanOrEqual(1000);
  });
});

/** The file as a power cut may leave it: each slot that changed since the flush is half old, half new. */
function tearUnflushedSlots(onDisk: Buffer, now: Buffer): Buffer {
  const torn = Buffer.from(now);
  for (let start = 0; start < SLOTS * SLOT_BYTES; start += SLOT_BYTES) {
    const old = onDisk.subarray(start, start + SLOT_BYTES);
    if (!old.equals(now.subarray(start, start + SLOT_BYTES))) {
      torn.fill(0xaa, start, start + 12);
    }
  }
  return torn;
}
