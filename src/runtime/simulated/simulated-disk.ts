/**
 * A simulated disk: it outlives the processes that use it, one after the other, and has a switch for each way in
 * which disks betray a database. Tests and fault schedules turn the switches; a process sees only a `Disk`.
 */
import type { Disk, StoreOpened } from "../disk.js";
import { StoreError, type StoreErrorCode } from "../store.js";
import { DiskModel } from "./disk-model.js";
import type { OrderedBytes } from "./ordered-bytes.js";
import type { SeededRandom } from "./seeded-random.js";
import { SimulatedMarkFile } from "./simulated-mark-file.js";
import { SimulatedStore, type StoreWatcher } from "./simulated-store.js";
import type { SimulatedTimers } from "./simulated-timers.js";
import { StoreContents } from "./store-contents.js";
import type { VirtualTime } from "./virtual-time.js";

export interface DiskCrash {
  /** The machine went down, not just the process: what was not flushed is gone. */
  readonly loseUnsynced: boolean;
  /** The last unflushed batch and mark were torn: each is as if it had not been written. */
  readonly tearLast?: boolean;
}

/** A copy of a disk, as a backup or a virtual machine's image holds it. */
interface DiskSnapshot {
  readonly bytes: OrderedBytes;
  /** Whoever opens the copy notices that its log is damaged. */
  readonly isDamageSeen: boolean;
  readonly mark: Buffer | undefined;
  /** How often the mark had been replaced by then. */
  readonly marksReplaced: number;
}

export class SimulatedDisk {
  readonly #model: DiskModel;
  readonly #mark: SimulatedMarkFile;
  readonly #choose = (bound: number): number => this.#model.random.below(bound);
  #contents = new StoreContents();
  #openStore: SimulatedStore | undefined;
  #wasRepaired = false;
  #marksReplaced = 0;

  readonly #watcher: StoreWatcher | undefined;

  constructor(time: VirtualTime, random: SeededRandom, watcher?: StoreWatcher) {
    this.#watcher = watcher;
    this.#model = new DiskModel(time, random);
    this.#mark = new SimulatedMarkFile(this.#model);
  }

  /** The disk as `process` sees it. */
  forProcess(process: SimulatedTimers): Disk {
    return {
      openStore: (done) => this.#open(process, done),
      acceptRepair: () => {
        this.#wasRepaired = false;
      },
      mark: this.#mark.forProcess(process),
    };
  }

  /** The next write fails so, and the store refuses all others until it is reopened. */
  failNextWrite(code: StoreErrorCode): void {
    this.#model.failNextWrite(code);
  }

  /** As `failNextWrite`, by the next flush of a write: its batch, and what was not flushed before, may be gone later. */
  failNextSync(code: StoreErrorCode): void {
    this.#model.failNextSync(code);
  }

  /** What was to fail, and has not yet, does not any more. */
  failNothing(): void {
    this.#model.failNothing();
  }

  /** While true, writes and opening fail with DISK_FULL; the mark is overwritten in place and still works. */
  set full(isFull: boolean) {
    this.#model.full = isFull;
  }

  /** How many times longer than usual everything takes. */
  set slowFactor(factor: number) {
    this.#model.slowFactor = factor;
  }

  /**
   * Flips a bit of one record whose key matches, chosen by chance: a key's first letter tells what it holds. Answers its
   * key, or undefined when there is none.
   */
  flipBit(matches: (key: Buffer) => boolean = () => true): Buffer | undefined {
    return this.#contents.flipBit(matches, this.#choose);
  }

  /**
   * One record whose key matches, chosen by chance, is gone, as when the bit that flips is one of its key, or of a table's
   * index. Nothing shows that it ever was. Answers its key, or undefined when there is none.
   */
  loseRecord(matches: (key: Buffer) => boolean): string | undefined {
    return this.#contents.loseRecord(matches, this.#choose);
  }

  /**
   * Flips a bit in the store's log. Nobody notices: the process has its records in memory. The next one cannot read some
   * batches, whatever was flushed, goes on with those after them, and says that the store was repaired; at the end it may
   * take the damage for a write that was cut off. The mark stays. Nothing is lost when the log becomes a table before that.
   * Answers how many batches would be gone by now.
   */
  flipLogBit(): number {
    return this.#contents.flipLogBit(this.#choose);
  }

  /**
   * A table of the store is lost, and a repair made it open without: old records with neighbouring keys are gone, of
   * those that match. Answers how many. Only while the store is closed.
   */
  loseTable(matches: (key: Buffer) => boolean = () => true): number {
    this.#assertClosed("robbed of a table");
    return this.#contents.loseTable(matches, this.#choose);
  }

  /** As `loseTable`, and the next opening notices and repairs what is left, as with a missing file. */
  loseTableNoticed(matches?: (key: Buffer) => boolean): number {
    const lost = this.loseTable(matches);
    this.#wasRepaired ||= lost > 0;
    return lost;
  }

  /** What lies under a key now, for who looks on from outside. */
  peek(key: string): Buffer | undefined {
    return this.#contents.bytes.get(key);
  }

  snapshot(): DiskSnapshot {
    return {
      ...this.#contents.asOpened(),
      mark: this.#mark.bytes,
      marksReplaced: this.#marksReplaced,
    };
  }

  /** The mark has gone on from the snapshot's since, and was never lost or put back. */
  hasMarkSince({ marksReplaced }: DiskSnapshot): boolean {
    return marksReplaced === this.#marksReplaced;
  }

  /** Puts an older state back: of the whole disk, or of the store alone, which the mark then shows. */
  rollback(snapshot: DiskSnapshot, what: "disk" | "store"): void {
    this.#assertClosed("rolled back");
    this.#contents = new StoreContents(snapshot.bytes);
    this.#wasRepaired ||= snapshot.isDamageSeen;
    if (what === "disk") {
      this.#mark.restore(snapshot.mark);
      this.#marksReplaced++;
    }
  }

  /** A new, empty disk in its place. */
  wipe(): void {
    this.#assertClosed("wiped");
    this.#contents = new StoreContents();
    this.#wasRepaired = false;
    this.#mark.restore(undefined);
    this.#marksReplaced++;
  }

  /** What the crash of the process, or of its machine, leaves. The process must have ended. */
  crash(crash: DiskCrash): void {
    this.#openStore?.crash();
    if (crash.tearLast === true) {
      this.#contents.undoLast();
      this.#mark.tearLast();
    }
    if (crash.loseUnsynced) {
      this.#contents.undoUnsynced();
      this.#mark.loseUnsynced();
    }
  }

  #open(process: SimulatedTimers, done: StoreOpened): void {
    if (!process.isAlive) {
      return;
    }
    const failure = this.#openFailure();
    if (failure !== undefined) {
      process.endOfTurn(() => done(failure, undefined, false));
      return;
    }
    const store = new SimulatedStore(this.#contents, this.#model, process, {
      watcher: this.#watcher,
      onClosed: () => {
        this.#openStore = undefined;
      },
    });
    this.#openStore = store;
    this.#model.time.schedule(this.#model.durationMs("open"), () => {
      if (this.#openStore === store) {
        if (this.#contents.open(this.#choose)) this.#wasRepaired = true;
        process.deliver(() => done(undefined, store, this.#wasRepaired));
      }
    });
  }

  #openFailure(): StoreError | undefined {
    if (this.#openStore !== undefined) {
      return new StoreError("LOCKED", "the simulated disk is in use by another node");
    }
    return this.#model.full ? this.#model.fullError() : undefined;
  }

  #assertClosed(action: string): void {
    if (this.#openStore !== undefined) {
      throw new Error(`a disk whose store is open cannot be ${action}`);
    }
  }
}
