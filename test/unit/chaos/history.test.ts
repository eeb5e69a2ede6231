/** A history on its way to disk and back. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { AtollError } from "../../../src/client/index.js";
import { callEvents } from "../../chaos/history/calls.js";
import { HistoryWriter, readHistory } from "../../chaos/history/history-file.js";
import { Recorder } from "../../chaos/history/recorder.js";
import { Tally } from "../../chaos/history/tally.js";
import { sparkline } from "../../chaos/summary.js";

function historyPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "atoll-history-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "history.jsonl");
}

const PUT = { f: "put", key: "schlüssel", value: "wärme" } as const;
const failing = (maybeApplied: boolean) => async () => {
  throw new AtollError({ code: "UNAVAILABLE", reason: undefined, message: "no", maybeApplied });
};
const nothing = () => ({});

it("says what came of each call, and lets no process go on after a call in doubt", async () => {
  const path = historyPath();
  const writer = new HistoryWriter(path);
  const recorder = new Recorder(writer, "set", "eu", 3, 10);
  await recorder.call(
    PUT,
    async () => 7n,
    (hlc) => ({ hlc: String(hlc) }),
  );
  await recorder.call(PUT, failing(false), nothing);
  await recorder.call({ f: "get", key: "k", value: null }, failing(true), nothing);
  await recorder.call(PUT, failing(true), nothing);
  await recorder.call(PUT, async () => 8n, nothing);
  writer.append({ type: "info", process: "nemesis", f: "start-kill", value: "kill eu-1" });
  writer.close();

  const lines = [...readHistory(path)];
  expect(lines.map(({ type, process }) => `${type} ${process}`)).toEqual([
    "invoke 3",
    "ok 3",
    "invoke 3",
    "fail 3",
    "invoke 3",
    "fail 3",
    "invoke 3",
    "info 3",
    "invoke 13",
    "ok 13",
    "info nemesis",
  ]);
  expect(lines.map(({ index }) => index)).toEqual([...lines.keys()]);
  expect(lines[1]).toMatchObject({ ...PUT, workload: "set", home: "eu", hlc: "7" });
  expect(lines[3]).toMatchObject({ error: "UNAVAILABLE  no" });
  const times = lines.map(({ time }) => time);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

it("reads back a history of any length, whatever its lines are cut by", async () => {
  const path = historyPath();
  const writer = new HistoryWriter(path);
  const recorder = new Recorder(writer, "set", "eu", 0, 1);
  for (let n = 0; n < 2_000; n++) await recorder.call(PUT, async () => n, nothing);
  writer.close();
  const events = [...callEvents(readHistory(path))];
  expect(events).toHaveLength(4_000);
  expect(events.every(({ call }) => call.invoked.value === "wärme")).toBe(true);
});

it("takes a call that never ended for one in doubt", () => {
  const line = {
    index: 0,
    time: 0,
    workload: "set",
    home: "eu",
    process: 1,
    type: "invoke",
    ...PUT,
  } as const;
  expect([...callEvents([line])]).toMatchObject([{ kind: "begin" }, { kind: "end", outcome: "info" }]);
  expect(() => [...callEvents([line, line])]).toThrow("process 1 is busy");
  expect(() => [...callEvents([{ ...line, type: "ok" }])]).toThrow("never began");
});

it("counts calls by what came of them", () => {
  const tally = new Tally();
  const line = { workload: "set", home: "eu", process: 1, ...PUT } as const;
  for (const type of ["invoke", "ok", "invoke", "fail"] as const) tally.append({ ...line, type });
  expect(tally.calls).toEqual({ "set put": { ok: 1, fail: 1 } });
  expect(tally.availability()).toEqual([0.5]);
});

it("draws the availability, the worst of what falls into one column", () => {
  expect(sparkline([1, 0, null, 0.5])).toBe("█▁·▄");
  expect(sparkline(Array.from({ length: 120 }, (_, at) => (at === 3 ? 0 : 1)))).toBe(`█▁${"█".repeat(58)}`);
});
