/** A group commit over a store by hand, with its hooks recorded. */
import {
  type FsyncPolicy,
  GroupCommit,
  type StoreKey,
  type StoreKeyRange,
} from "../../../src/storage/index.js";
import { ManualStore, ManualTimers } from "./manual-store.js";

export class CommitFixture {
  readonly store = new ManualStore();
  readonly timers = new ManualTimers();
  /** What happened, in order: hooks by name, waiting tasks by their label. */
  readonly events: string[] = [];
  readonly commit: GroupCommit;
  /** Runs in `beforeCommit`, where an owner adds what every batch carries. */
  onBeforeCommit: () => void = () => undefined;

  constructor(fsync: FsyncPolicy = "always", cacheBytes = 64 * 1024) {
    this.commit = new GroupCommit(
      this.store,
      this.timers,
      { fsync, fsyncIntervalMs: 100, cacheBytes },
      {
        beforeCommit: () => {
          this.events.push("before");
          this.onBeforeCommit();
        },
        afterCommit: () => this.events.push("after"),
        onFailed: (error) => this.events.push(`failed ${error.code}`),
      },
    );
  }

  write(name: string, value: string | undefined): void {
    this.commit.write(key(name), value === undefined ? undefined : Buffer.from(value));
  }

  pending(name: string): string | undefined {
    return this.commit.readPending(key(name))?.toString();
  }

  durable(name: string): string | undefined {
    return this.commit.readDurable(key(name))?.toString();
  }

  whenDurable(label: string): void {
    this.commit.whenDurable(() => this.events.push(label));
  }

  /** Ends the turn and lets the write that it began succeed. */
  flush(): void {
    this.timers.turn();
    this.store.complete();
  }

  /** What a scan of every row answers once all its parts were answered. */
  scan(view: "pending" | "durable", limit = 100, from = "r", to = "s"): { keys: string[] | undefined } {
    const answer: { keys: string[] | undefined } = { keys: undefined };
    const range: StoreKeyRange = { from: key(from), to: key(to) };
    this.commit.scanKeys(range, limit, view, (error, keys) => {
      answer.keys = error === undefined ? keys : [`failed ${error.code}`];
    });
    return answer;
  }
}

/** Store keys are strings with a brand: those of tests are made up. */
export function key(name: string): StoreKey {
  return name as StoreKey;
}
