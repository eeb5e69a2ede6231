/** Each checker, held against a history that keeps the promise and against every way to break it. */
import { describe, expect, it } from "vitest";
import { checkConvergence } from "../../chaos/checkers/convergence.js";
import { checkLinearizable } from "../../chaos/checkers/linearizable.js";
import { checkMulti } from "../../chaos/checkers/multi.js";
import { checkRegister, checkSession } from "../../chaos/checkers/register.js";
import { checkSet } from "../../chaos/checkers/set.js";
import type { Checker } from "../../chaos/checkers/verdict.js";
import { PlantedHistory } from "./planted-history.js";

const INFO = { type: "info" } as const;
const FAIL = { type: "fail" } as const;

/** Its first complaint; undefined when it has none. */
function complaint(check: Checker, { lines }: PlantedHistory): string | undefined {
  const { ok, violations, violationCount } = check(lines);
  expect(ok).toBe(violationCount === 0);
  for (const violation of violations) expect(violation.lines.length).toBeGreaterThan(0);
  return violations[0]?.what;
}

describe("the set checker", () => {
  const set = () => new PlantedHistory("set");
  const put = (end = {}) => set().put("k", "v", { hlc: "5", ...end });
  const there = { value: "v", hlc: "5" };
  const gone = { value: null, hlc: "0" };

  it.each<[string, PlantedHistory]>([
    ["what was put is there", put().finally("k", there)],
    ["what was deleted is gone", put().call({ f: "delete", key: "k" }).finally("k", gone)],
    ["what may have been deleted is there", put().call({ f: "delete", key: "k" }, INFO).finally("k", there)],
    ["what may have been deleted is gone", put().call({ f: "delete", key: "k" }, INFO).finally("k", gone)],
    ["what may have been put is gone", put(INFO).finally("k", gone)],
    ["what may have been put is there", put(INFO).finally("k", there)],
    ["what was refused is gone", put(FAIL).finally("k", gone)],
  ])("accepts that %s", (_, history) => {
    expect(complaint(checkSet, history)).toBeUndefined();
  });

  it.each<[string, PlantedHistory, RegExp]>([
    ["a lost put", put().finally("k", gone), /is lost/],
    ["a put lost in one region", put().finally("k", there).finally("k", gone, "us"), /is lost/],
    ["a return from the dead", put().call({ f: "delete", key: "k" }).finally("k", there), /is back/],
    [
      "a refused delete that happened",
      put().call({ f: "delete", key: "k" }, FAIL).finally("k", gone),
      /is lost/,
    ],
    ["a refused put that happened", put(FAIL).finally("k", there), /was refused/],
    ["a value of nobody", put().finally("k", { ...there, value: "x" }), /nobody put/],
    ["another stamp", put().finally("k", { ...there, hlc: "6" }), /another stamp/],
    ["a key that nobody read", put(), /nobody read/],
    ["a key whose last read failed", put().finally("k", FAIL), /nobody read/],
  ])("sees %s", (_, history, what) => {
    expect(complaint(checkSet, history)).toMatch(what);
  });
});

describe("the multi checker", () => {
  const multi = () => new PlantedHistory("multi").put("k", "a");
  const end = (history: PlantedHistory, ...value: string[]) => history.finally("k", { value });

  it.each<[string, PlantedHistory]>([
    ["siblings stay", end(multi().put("k", "b"), "a", "b")],
    ["what was seen is replaced", end(multi().put("k", "b", {}, ["a"]), "b")],
    ["what may have been replaced is gone", end(multi().put("k", "b", INFO, ["a"]))],
    ["what may have been replaced stays", end(multi().put("k", "b", INFO, ["a"]), "a")],
    ["what was seen is deleted", end(multi().call({ f: "delete", key: "k", observed: ["a"] }))],
  ])("accepts that %s", (_, history) => {
    expect(complaint(checkMulti, history)).toBeUndefined();
  });

  it.each<[string, PlantedHistory, RegExp]>([
    ["a lost sibling", end(multi().put("k", "b"), "b"), /a was acknowledged and is lost/],
    ["one replaced by who had not seen it", end(multi().put("k", "b", {}, ["c"]), "b"), /a was acknowledged/],
    ["one replaced by who was refused", end(multi().put("k", "b", FAIL, ["a"])), /a was acknowledged/],
    ["a return of what was replaced", end(multi().put("k", "b", {}, ["a"]), "a", "b"), /a was replaced/],
    [
      "a return of what was deleted",
      end(multi().call({ f: "delete", key: "k", observed: ["a"] }), "a"),
      /is back/,
    ],
    ["a refused put that happened", end(multi().put("k", "b", FAIL), "a", "b"), /was refused/],
    ["a value of nobody", multi().get("k", { value: ["x"] }), /never written/],
    ["a key that nobody read", multi(), /nobody read/],
  ])("sees %s", (_, history, what) => {
    expect(complaint(checkMulti, history)).toMatch(what);
  });
});

describe.each<["register" | "session", Checker]>([
  ["register", checkRegister],
  ["session", checkSession],
])("the %s checker", (workload, check) => {
  const home = { region: "eu" };
  const start = () => new PlantedHistory(workload).put("k", "a", { hlc: "9", ...home });
  const read = (value: string | null, hlc: string) => ({ value, hlc, ...home });

  it("accepts reads that go forward", () => {
    const history = start()
      .get("k", read("a", "9"))
      .put("k", "b", { hlc: "10", ...home });
    expect(complaint(check, history.get("k", read("b", "10")))).toBeUndefined();
  });

  it("accepts either value while a write is under way", () => {
    const history = start();
    const end = history.begin({ f: "put", key: "k", value: "b" });
    history.get("k", read("a", "9"));
    end({ hlc: "10", ...home });
    expect(complaint(check, history)).toBeUndefined();
  });

  it("accepts the older value of a read that began before the write ended", () => {
    const history = start();
    const end = history.begin({ f: "get", key: "k" });
    history.put("k", "b", { hlc: "10", ...home });
    expect(complaint(check, end(read("a", "9")))).toBeUndefined();
  });

  it("sees a read that is older than an acknowledged write", () => {
    const history = start()
      .put("k", "b", { hlc: "10", ...home })
      .get("k", read("a", "9"));
    expect(complaint(check, history)).toMatch(/went back from 10 to 9/);
  });

  it("sees reads that go back, though the write was never acknowledged", () => {
    const history = start().put("k", "b", INFO).get("k", read("b", "10")).get("k", read("a", "9"));
    expect(complaint(check, history)).toMatch(/went back/);
  });

  it("sees that an acknowledged write is not there at all", () => {
    expect(complaint(check, start().get("k", read(null, "0")))).toMatch(/went back from 9 to 0/);
  });

  it("sees values that cannot be", () => {
    expect(complaint(check, start().get("k", read("x", "11")))).toMatch(/never written/);
    expect(complaint(check, start().get("k", read("a", "11")))).toMatch(/another stamp/);
    expect(complaint(check, start().put("k", "b", FAIL).get("k", read("b", "11")))).toMatch(/was refused/);
  });
});

describe("the session checker", () => {
  const away = { hlc: "10", region: "us", minted: "us" };

  it.each<[string, object]>([
    ["answered", away],
    ["logged", { ...away, region: "eu" }],
    ["acknowledged", { ...away, minted: "eu" }],
  ])("promises nothing of a write that was %s in another region", (_, end) => {
    const history = new PlantedHistory("session").put("k", "a", { hlc: "9", region: "eu" });
    history.put("k", "b", end).get("k", { value: "a", hlc: "9", region: "eu" });
    expect(complaint(checkSession, history)).toBeUndefined();
    expect(checkSession(history.lines).counted["put elsewhere"]).toBe(1);
  });
});

describe("the check of linearizability", () => {
  it("sees a write that was stamped below what had ended before it, and promises nothing", () => {
    const history = new PlantedHistory("register").put("k", "a", { hlc: "9" }).put("k", "b", { hlc: "8" });
    expect(complaint(checkLinearizable, history)).toMatch(/stands before/);
    expect(checkLinearizable(history.lines).isPromised).toBe(false);
    expect(complaint(checkRegister, history)).toBeUndefined();
  });
});

describe("the check of convergence", () => {
  it("sees regions that differ, and not the order of siblings", () => {
    const same = new PlantedHistory("multi").finally("k", { value: ["a", "b"] });
    expect(complaint(checkConvergence, same.finally("k", { value: ["b", "a"] }, "us"))).toBeUndefined();
    expect(complaint(checkConvergence, same.finally("k", { value: ["b"] }, "us"))).toMatch(/differs/);
  });
});

it("takes time in proportion to the history", () => {
  const history = new PlantedHistory("register");
  for (let n = 1; n <= 50_000; n++) {
    history.put(`k${n % 6}`, `v${n}`, { hlc: String(n) });
    history.get(`k${n % 6}`, { value: `v${n}`, hlc: String(n) });
  }
  const startMs = performance.now();
  expect(complaint(checkRegister, history)).toBeUndefined();
  // A check that looked at all writes for each read would take minutes.
  expect(performance.now() - startMs).toBeLessThan(10_000);
});
