import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Level } from "level";
import { MemoryLevel } from "memory-level";
import { expect, test } from "vitest";
import type { StoreError } from "../../../../src/runtime/index.js";
import { type LevelDatabase, LevelStore } from "../../../../src/runtime/node/index.js";
import { describeStore } from "../store-conformance.js";

const ENCODINGS = { keyEncoding: "buffer", valueEncoding: "buffer" };

describeStore("LevelStore over memory-level", async () => {
  const database = new MemoryLevel<Buffer, Buffer>(ENCODINGS);
  return {
    open: (done) => LevelStore.open(database, done),
    drive: () => undefined,
    dispose: () => database.close(),
  };
});

describeStore("LevelStore over level", async () => {
  const folder = await mkdtemp(join(tmpdir(), "atoll-level-store-"));
  return {
    open: (done) => LevelStore.open(new Level<Buffer, Buffer>(folder, ENCODINGS), done),
    drive: () => undefined,
    dispose: () => rm(folder, { recursive: true }),
  };
});

/** A database whose next write fails as LevelDB's do. */
function failingOnce(failure: Error): LevelDatabase {
  const database = new MemoryLevel<Buffer, Buffer>(ENCODINGS);
  const chainedBatch = database.batch.bind(database);
  let hasFailed = false;
  Object.assign(database, {
    batch: () => {
      const batch = chainedBatch();
      if (!hasFailed) {
        hasFailed = true;
        Object.assign(batch, { write: () => Promise.reject(failure) });
      }
      return batch;
    },
  });
  return database;
}

function codeOf(failure: Error): Promise<string[]> {
  return new Promise((resolve, reject) => {
    LevelStore.open(failingOnce(failure), (error, store) => {
      if (store === undefined) {
        reject(error);
        return;
      }
      const change = { key: Buffer.from("k"), value: Buffer.from("v") };
      const told = (error: StoreError | undefined) => error?.code ?? "none";
      store.write([change], true, (first) =>
        store.write([change], true, (second) => store.close(() => resolve([told(first), told(second)]))),
      );
    });
  });
}

test.each([
  ["DISK_FULL", levelError("LEVEL_IO_ERROR", "IO error: /d/000005.log: No space left on device")],
  [
    "DISK_FULL",
    new Error("wrapped", { cause: levelError("ENOSPC", "ENOSPC: no space left on device, write") }),
  ],
  ["CORRUPT", levelError("LEVEL_CORRUPTION", "Corruption: block checksum mismatch")],
  ["IO", levelError("LEVEL_IO_ERROR", "IO error: /d/000005.log: Input/output error")],
  ["LOCKED", levelError("LEVEL_LOCKED", "IO error: lock /d/LOCK: already held by process")],
])("reports %s, and refuses every write after the failed one", async (code, failure) => {
  expect(await codeOf(failure)).toEqual([code, code]);
});

function levelError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
