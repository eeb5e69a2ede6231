/**
 * One node's folder: `store/` holds LevelDB, `mark` the mark file.
 *
 * LevelDB keeps its lock itself. This adds what its errors lack, which folder and what to do about it, and what it does not
 * say: that it drops damaged parts of its log when it is opened.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { Level } from "level";
import type { Disk, MarkFile, StoreOpened } from "../disk.js";
import { type Store, StoreError } from "../store.js";
import { toStoreError } from "./level-error.js";
import { findLogDamage, type LogDamage } from "./level-log.js";
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
  readonly #storeFolder: string;
  readonly #repairMarker: string;
  readonly #mark: NodeMarkFile;
  readonly #onLogDamage: (damage: LogDamage) => void;

  /**
   * Nothing is touched until the store is opened or the mark is used.
   * @param onLogDamage told what LevelDB drops when it opens the store
   */
  constructor(folder: string, onLogDamage: (damage: LogDamage) => void = () => undefined) {
    this.#folder = folder;
    this.#onLogDamage = onLogDamage;
    this.#storeFolder = join(folder, "store");
    this.#repairMarker = join(folder, "repair-due");
    this.#mark = new NodeMarkFile(join(folder, "mark"));
  }

  get mark(): MarkFile {
    return this.#mark;
  }

  /** May be called again once the store was closed, as after a full disk. */
  openStore(done: StoreOpened): void {
    this.#open().then(
      ({ store, wasRepaired }) => done(undefined, store, wasRepaired),
      (error: unknown) => done(this.#explain(toStoreError(error, "cannot open the store")), undefined, false),
    );
  }

  acceptRepair(): void {
    rmSync(this.#repairMarker, { force: true });
  }

  /**
   * The marker is there from before a repair until its losses are made good, however often the node starts between. LevelDB
   * is opened even where a repair is due: only that tells whether another process uses the folder.
   */
  async #open(): Promise<{ store: Store; wasRepaired: boolean }> {
    prepareFolder(this.#folder);
    const isDue = existsSync(this.#repairMarker);
    const damage = await findLogDamage(this.#storeFolder);
    if (damage !== undefined) {
      // LevelDB deletes the log, and with it what shows that something is missing.
      this.#markRepairDue();
      this.#onLogDamage(damage);
    }
    const found = await this.#openLevel();
    if (found instanceof LevelStore) {
      if (!isDue) return { store: found, wasRepaired: damage !== undefined };
      await new Promise<void>((resolve) => found.close(resolve));
    } else if (found.code !== "CORRUPT") throw found;
    this.#markRepairDue();
    await repair(this.#storeFolder);
    const store = await this.#openLevel();
    if (store instanceof StoreError) throw store;
    return { store, wasRepaired: true };
  }

  #openLevel(): Promise<LevelStore | StoreError> {
    const database = new Level<Buffer, Buffer>(this.#storeFolder, LEVEL_OPTIONS);
    return new Promise((resolve) => {
      LevelStore.open(
        database,
        (error, store) => resolve(store ?? error ?? new StoreError("IO", "the store did not open")),
        () => this.#markRepairDue(),
      );
    });
  }

  /** On the disk when it returns: a power cut must not leave what is repaired without it. */
  #markRepairDue(): void {
    for (const path of [this.#repairMarker, this.#folder]) {
      const opened = openSync(path, path === this.#folder ? "r" : "a");
      try {
        fsyncSync(opened);
      } finally {
        closeSync(opened);
      }
    }
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

/** LevelDB's own repair keeps what it can read; `level` offers it in Node, though its types are those of all platforms. */
async function repair(folder: string): Promise<void> {
  const method: unknown = Reflect.get(Level, "repair");
  if (typeof method !== "function") throw new StoreError("CORRUPT", "this build of LevelDB cannot repair");
  await Reflect.apply(method, Level, [folder]);
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
