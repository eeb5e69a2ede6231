import { describe, expect, it } from "vitest";
import { CommitFixture, key } from "./commit-fixture.js";

describe("a group commit", () => {
  it("writes all of a turn as one batch, and nothing before the turn ends", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.write("rb", "2");
    f.write("ra", "3");
    expect(f.store.isWriting).toBe(false);
    f.timers.turn();
    expect(f.store.writing.sort()).toEqual(["ra", "rb"]);
    f.store.complete();
    expect([f.durable("ra"), f.durable("rb")]).toEqual(["3", "2"]);
    expect(f.store.syncs).toHaveLength(1);
  });

  it("fills the next batch while one is in flight, and writes it once that one is durable", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.timers.turn();
    f.write("rb", "2");
    f.timers.turn();
    expect(f.store.writing).toEqual(["ra"]);
    f.store.complete();
    f.timers.turn();
    expect(f.store.writing).toEqual(["rb"]);
  });

  it("shows its own writes at once in the pending view, and in the durable view once they are on disk", () => {
    const f = new CommitFixture();
    f.store.plant("ra", "0");
    f.write("ra", "1");
    expect([f.pending("ra"), f.durable("ra")]).toEqual(["1", "0"]);
    f.timers.turn();
    f.store.show();
    expect([f.pending("ra"), f.durable("ra")]).toEqual(["1", "0"]);
    f.write("ra", "2");
    expect([f.pending("ra"), f.durable("ra")]).toEqual(["2", "0"]);
    f.store.complete();
    expect([f.pending("ra"), f.durable("ra")]).toEqual(["2", "1"]);
    f.flush();
    expect([f.pending("ra"), f.durable("ra")]).toEqual(["2", "2"]);
  });

  it("hides a removal from the durable view until it is on disk, also of a key that was just put", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.timers.turn();
    f.write("ra", undefined);
    expect([f.pending("ra"), f.durable("ra")]).toEqual([undefined, undefined]);
    f.store.complete();
    expect([f.pending("ra"), f.durable("ra")]).toEqual([undefined, "1"]);
    f.flush();
    expect([f.pending("ra"), f.durable("ra")]).toEqual([undefined, undefined]);
  });

  it("adds what every batch carries just before it is written, and runs the hooks before those who wait", () => {
    const f = new CommitFixture();
    f.onBeforeCommit = () => f.commit.put(key("pclock"), Buffer.from("c"));
    f.write("ra", "1");
    f.whenDurable("first");
    f.whenDurable("second");
    f.timers.turn();
    expect(f.store.writing).toEqual(["ra", "pclock"]);
    f.timers.turn();
    expect(f.events).toEqual(["before"]);
    f.store.complete();
    f.timers.turn();
    expect(f.events).toEqual(["before", "after", "first", "second"]);
  });

  it("begins no second write though the hook's own additions asked for one", () => {
    const f = new CommitFixture();
    f.onBeforeCommit = () => f.commit.put(key("pclock"), Buffer.from("c"));
    f.write("ra", "1");
    f.timers.turn();
    f.write("rb", "1");
    f.timers.turn();
    expect(f.store.writing).toEqual(["ra", "pclock"]);
    f.store.complete();
    f.timers.turn();
    expect(f.store.writing).toEqual(["rb", "pclock"]);
  });

  it("lets each wait for the batch that holds all that was written before it", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.timers.turn();
    f.whenDurable("in flight");
    f.write("rb", "2");
    f.whenDurable("filling");
    f.store.complete();
    expect(f.events).toEqual(["before", "after", "in flight"]);
    f.flush();
    expect(f.events.slice(3)).toEqual(["before", "after", "filling"]);
  });

  it("runs at the end of the turn what waits for nothing, never at once", () => {
    const f = new CommitFixture();
    f.whenDurable("idle");
    expect(f.events).toEqual([]);
    f.timers.turn();
    expect(f.events).toEqual(["idle"]);
  });

  it("writes a batch for a touch alone, and whoever waits then waits for it", () => {
    const f = new CommitFixture();
    f.onBeforeCommit = () => f.commit.put(key("pclock"), Buffer.from("c"));
    f.commit.touch();
    f.whenDurable("touched");
    f.timers.turn();
    expect(f.store.writing).toEqual(["pclock"]);
    expect(f.events).toEqual(["before"]);
    f.store.complete();
    expect(f.events).toEqual(["before", "after", "touched"]);
    f.timers.turn();
    expect(f.store.isWriting).toBe(false);
  });

  it("takes a touch during a write into the next batch", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.timers.turn();
    f.commit.touch();
    f.whenDurable("next");
    f.store.complete();
    expect(f.events).not.toContain("next");
    f.flush();
    expect(f.events).toContain("next");
  });
});

describe("after a write that failed", () => {
  it("says so once, and runs nothing that waited, then or later", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.whenDurable("waited for it");
    f.timers.turn();
    f.write("rb", "2");
    f.whenDurable("waited for the next");
    f.store.fail();
    f.whenDurable("came later");
    f.write("rc", "3");
    f.whenDurable("came later with a write");
    f.timers.turn();
    f.timers.turn();
    expect(f.events).toEqual(["before", "failed DISK_FULL"]);
    expect(f.store.isWriting).toBe(false);
    expect(f.store.syncs).toHaveLength(1);
  });

  it("closes the store without writing", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.timers.turn();
    f.store.fail();
    f.commit.close(() => f.events.push("closed"));
    f.timers.turn();
    expect(f.events).toEqual(["before", "failed DISK_FULL", "closed"]);
    expect(f.store.closeCount).toBe(1);
  });

  it("closes it too when the last write, the one of closing, is what failed", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.commit.close(() => f.events.push("closed"));
    f.timers.turn();
    f.store.fail();
    f.timers.turn();
    expect(f.events).toEqual(["before", "failed DISK_FULL", "closed"]);
  });
});

describe("closing", () => {
  it("writes what is pending first, and what waited runs", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.whenDurable("durable");
    f.commit.close(() => f.events.push("closed"));
    expect(f.store.closeCount).toBe(0);
    f.timers.turn();
    expect(f.store.writing).toEqual(["ra"]);
    f.store.complete();
    f.timers.turn();
    expect(f.events).toEqual(["before", "after", "durable", "closed"]);
  });

  it("waits for the write in flight and for what was pending behind it", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.timers.turn();
    f.write("rb", "2");
    f.commit.close(() => f.events.push("closed"));
    f.store.complete();
    f.timers.turn();
    expect(f.events).not.toContain("closed");
    f.store.complete();
    f.timers.turn();
    expect(f.events.at(-1)).toBe("closed");
    expect(f.store.syncs).toHaveLength(2);
  });

  it("with nothing to write just closes", () => {
    const f = new CommitFixture();
    f.commit.close(() => f.events.push("closed"));
    f.timers.turn();
    expect(f.events).toEqual(["closed"]);
  });

  it("a second time waits like the first, and cuts nothing short", () => {
    const f = new CommitFixture();
    f.write("ra", "1");
    f.whenDurable("durable");
    f.commit.close(() => f.events.push("closed"));
    f.timers.turn();
    f.commit.close(() => f.events.push("closed again"));
    expect(f.events).toEqual(["before"]);
    f.store.complete();
    f.timers.turn();
    expect(f.events).toEqual(["before", "after", "durable", "closed", "closed again"]);
    expect(f.store.closeCount).toBe(1);
    f.commit.close(() => f.events.push("closed long ago"));
    f.timers.turn();
    expect(f.events.at(-1)).toBe("closed long ago");
  });
});
