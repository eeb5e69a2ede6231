/**
 * One node's folder: `store/` holds LevelDB, `mark` the mark file.
 *
 * LevelDB verifies little and keeps its lock itself, so this only adds what its errors lack: which folder, and what
 * to do about it.
 */
import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Level } from "level";
import type { Disk, MarkFile } from "../disk.js";
import { type Store, StoreError } from "../store.js";
import { toStoreError } from "./level-error.js";
import { LevelStore } from "./level-store.js";
import { NodeMarkFile } from "./node-mark-file.js";

const MEBIBYTE = 1024 * 1024;

/**
 * Sized for many nodes on one machine. Rows are cached above the store, so LevelDB's own cache only has to hold its
 * hot blocks; up to two write buffers are alive at once; open files are mapped into memory, 2 MiB each.
 */
const LEVEL_OPTIONS = {
  keyEncoding: "buffer",
  valueEncoding: "buffer",
  compression: true,
  cacheSize: 16 * MEBIBYTE,
  writeBufferSize: 8 * MEBIBYTE,
  maxOpenFiles: 256,
};

export class NodeDisk implements Disk {
  readonly #folder: string;
  readonly #mark: NodeMarkFile;

  /** Nothing is touched until the store is opened or the mark is used. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#mark = new NodeMarkFile(join(folder, "mark"));
  }

  get mark(): MarkFile {
    return this.#mark;
  }

  /** May be called again once the store was closed, as after a full disk. */
  openStore(done: (error: StoreError | undefined, store: Store | undefined) => void): void {
    try {
      prepareFolder(this.#folder);
    } catch (error) {
      const failure = this.#explain(toStoreError(error, "cannot use the data folder"));
      setImmediate(() => done(failure, undefined));
      return;
    }
    const database = new Level<Buffer, Buffer>(join(this.#folder, "store"), LEVEL_OPTIONS);
    LevelStore.open(database, (error, store) => {
      done(error === undefined ? undefined : this.#explain(error), store);
    });
  }

  /** Lets go of the mark file; the store is closed by whoever opened it. Idempotent. */
  close(): void {
    this.#mark.close();
  }

  #explain(error: StoreError): StoreError {
    const folder = this.#folder;
    switch (error.code) {
      case "LOCKED":
        return new StoreError(
          "LOCKED",
          `the data folder ${folder} is in use by another node: stop that one, or give this one a folder of its own`,
          error,
        );
      case "DISK_FULL":
        return new StoreError(
          "DISK_FULL",
          `no space is left for the data folder ${folder}: free some`,
          error,
        );
      case "CORRUPT":
        return new StoreError(
          "CORRUPT",
          `the store in ${folder} is damaged (${error.message}): move the folder away and start again, ` +
            "so that the node is filled from its peers",
          error,
        );
      default:
        return new StoreError(
          error.code,
          `the data folder ${folder} cannot be used: ${error.message}`,
          error,
        );
    }
  }
}

function prepareFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) {
    mkdirSync(folder, { recursive: true });
  } else if (!found.isDirectory()) {
    throw new StoreError("IO", "it is not a folder");
  }
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
}
