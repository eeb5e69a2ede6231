import { describe, expect, it } from "vitest";
import { StoreError } from "../../../src/runtime/index.js";
import { CommitFixture } from "./commit-fixture.js";

function withRows(...names: readonly string[]): CommitFixture {
  const f = new CommitFixture();
  for (const name of names) f.store.plant(name, "old");
  return f;
}

/** Scans, and answers the store's part at once. */
function scanNow(f: CommitFixture, view: "pending" | "durable", limit = 100): readonly string[] | undefined {
  const answer = f.scan(view, limit);
  while (f.store.isScanning) f.store.answerScan();
  return answer.keys;
}

describe("a scan", () => {
  it("finds in each view the keys that have a value there, in order", () => {
    const f = withRows("ra", "rc", "re");
    f.write("rb", "new");
    f.write("rc", undefined);
    f.timers.turn();
    f.write("rd", "new");
    f.write("re", undefined);
    expect(scanNow(f, "pending")).toEqual(["ra", "rb", "rd"]);
    expect(scanNow(f, "durable")).toEqual(["ra", "rc", "re"]);
    f.store.show();
    expect(scanNow(f, "pending")).toEqual(["ra", "rb", "rd"]);
    expect(scanNow(f, "durable")).toEqual(["ra", "rc", "re"]);
    f.store.complete();
    expect(scanNow(f, "durable")).toEqual(["ra", "rb", "re"]);
  });

  it("stays inside its range", () => {
    const f = withRows("qz", "ra", "s0");
    f.write("q0", "new");
    f.write("s", "new");
    f.write("rz", "new");
    expect(scanNow(f, "pending")).toEqual(["ra", "rz"]);
  });

  it("answers at most so many, and fewer only when the range has no more", () => {
    const f = withRows("ra", "rb", "rc", "rd");
    expect(scanNow(f, "durable", 2)).toEqual(["ra", "rb"]);
    f.write("ra0", "new");
    expect(scanNow(f, "pending", 2)).toEqual(["ra", "ra0"]);
    f.write("rz", "new");
    expect(scanNow(f, "pending", 3)).toEqual(["ra", "ra0", "rb"]);
  });

  it("goes on when removals thin a page out: a short page would say that nothing follows", () => {
    const f = withRows("ra", "rb", "rc", "rd", "re");
    f.write("ra", undefined);
    f.write("rb", undefined);
    expect(scanNow(f, "pending", 2)).toEqual(["rc", "rd"]);
    f.write("rc", undefined);
    f.write("rd", undefined);
    expect(scanNow(f, "pending", 2)).toEqual(["re"]);
  });

  it("goes on when keys that are not durable yet fill a page of the durable view", () => {
    const f = withRows("rd", "re");
    for (const name of ["ra", "rb", "rc"]) f.write(name, "new");
    f.timers.turn();
    f.store.show();
    expect(scanNow(f, "durable", 2)).toEqual(["rd", "re"]);
  });

  it.each([true, false])(
    "sees what became durable while it was under way (store scans early: %s)",
    (isEarly) => {
      const f = withRows("ra", "rc");
      f.store.scansEarly = isEarly;
      const answer = f.scan("durable");
      f.write("rb", "new");
      f.write("rc", undefined);
      f.flush();
      f.store.answerScan();
      expect(answer.keys).toEqual(["ra", "rb"]);
    },
  );

  it("sees what became durable between its parts, behind it and before it", () => {
    const f = withRows("ra", "rb", "rc", "rd");
    f.write("ra", undefined);
    const answer = f.scan("pending", 2);
    f.store.answerScan();
    expect(answer.keys).toBeUndefined();
    f.write("ra0", "new");
    f.write("rc", undefined);
    f.flush();
    while (f.store.isScanning) f.store.answerScan();
    expect(answer.keys).toEqual(["ra0", "rb"]);
  });

  it("hands on the failure of the store", () => {
    const f = withRows("ra");
    const answer = f.scan("durable");
    f.store.answerScan(new StoreError("IO", "the test failed this scan"));
    expect(answer.keys).toEqual(["failed IO"]);
  });

  it("fails rather than says that nothing is there when the store was closed meanwhile", () => {
    const f = withRows("ra");
    const answer = f.scan("durable");
    f.commit.close(() => undefined);
    f.timers.turn();
    f.store.answerScan();
    expect(answer.keys).toEqual(["failed CLOSED"]);
  });
});
