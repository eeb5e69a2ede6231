import { describe, expect, it } from "vitest";
import type { FsyncPolicy } from "../../../src/storage/index.js";
import { CommitFixture } from "./commit-fixture.js";

function afterTwoWrites(fsync: FsyncPolicy): CommitFixture {
  const f = new CommitFixture(fsync);
  for (const name of ["ra", "rb"]) {
    f.write(name, "1");
    f.whenDurable(name);
    f.flush();
  }
  return f;
}

function close(f: CommitFixture): void {
  f.commit.close(() => f.events.push("closed"));
  for (let turn = 0; turn < 4; turn++) f.flush();
}

describe("the policy `always`", () => {
  it("flushes every batch", () => {
    const f = afterTwoWrites("always");
    expect(f.store.syncs).toEqual([true, true]);
    expect(f.timers.armed).toBe(0);
    close(f);
    expect(f.store.syncs).toEqual([true, true]);
    expect(f.events.at(-1)).toBe("closed");
  });
});

describe("the policy `interval`", () => {
  it("answers after an unflushed write, and flushes once an interval when there is something to flush", () => {
    const f = afterTwoWrites("interval");
    expect(f.store.syncs).toEqual([false, false]);
    expect(f.events).toEqual(["before", "after", "ra", "before", "after", "rb"]);
    f.timers.tick();
    f.flush();
    expect(f.store.syncs).toEqual([false, false, true]);
    f.timers.tick();
    f.flush();
    expect(f.store.syncs).toHaveLength(3);
  });

  it("flushes with the next batch when the interval ends during a write, however busy it is", () => {
    const f = new CommitFixture("interval");
    f.write("ra", "1");
    f.timers.turn();
    f.timers.tick();
    f.write("rb", "1");
    f.store.complete();
    f.flush();
    expect(f.store.syncs).toEqual([false, true]);
  });

  it("flushes on its own when the interval ends during the last write", () => {
    const f = new CommitFixture("interval");
    f.write("ra", "1");
    f.timers.turn();
    f.timers.tick();
    f.store.complete();
    f.flush();
    expect(f.store.syncs).toEqual([false, true]);
  });

  it("stops its timer on closing, and flushes what was not", () => {
    const f = afterTwoWrites("interval");
    close(f);
    expect(f.timers.armed).toBe(0);
    expect(f.store.syncs).toEqual([false, false, true]);
    expect(f.events.at(-1)).toBe("closed");
  });
});

describe("the policy `never`", () => {
  it("leaves flushing to the machine, and flushes on closing", () => {
    const f = afterTwoWrites("never");
    expect(f.store.syncs).toEqual([false, false]);
    expect(f.timers.armed).toBe(0);
    close(f);
    expect(f.store.syncs).toEqual([false, false, true]);
  });
});

describe.each(["interval", "never"] as const)("closing under `%s`", (fsync) => {
  it("flushes a write that was still in flight", () => {
    const f = new CommitFixture(fsync);
    f.write("ra", "1");
    f.timers.turn();
    f.commit.close(() => f.events.push("closed"));
    f.store.complete();
    expect(f.events).not.toContain("closed");
    f.flush();
    f.timers.turn();
    expect(f.store.syncs).toEqual([false, true]);
    expect(f.events.at(-1)).toBe("closed");
  });
});
