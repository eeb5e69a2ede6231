import { describe, expect, it } from "vitest";
import { doneSent, Notice, outcomeOf, secondSent } from "../../../../bench/load/client-messages.js";
import { phaseResult, Series } from "../../../../bench/load/phase.js";
import { Recorder, type SecondRecord } from "../../../../bench/load/recorder.js";

/** One client for two seconds: so many milliseconds each. */
function clientWith(latenciesMs: readonly number[], seconds: SecondRecord[] = []) {
  const recorder = new Recorder(1_000, (record) => seconds.push(record));
  recorder.succeeded("read", 999, 1_001, 0);
  for (const [at, ms] of latenciesMs.entries()) {
    const startedMs = 1_000 + at * 100;
    recorder.succeeded("read", startedMs, startedMs + ms, 10);
  }
  recorder.failed("update", "QUORUM_TIMEOUT", 4_000, 4_500);
  const operations = recorder.finish();
  return {
    elapsedMs: 2_000,
    cpuUsPerOperation: 5,
    operations,
    unstarted: 0,
    writtenBytes: recorder.writtenBytes,
  };
}

describe("what clients recorded", () => {
  it("is added up over clients, percentiles from the histograms", () => {
    const quick = clientWith(new Array<number>(10).fill(1));
    const slow = clientWith(new Array<number>(10).fill(9));
    const { count, errors, operations, perSecond, seconds } = phaseResult([quick, slow]);
    expect({ count, errors, perSecond, seconds }).toEqual({
      count: 20,
      errors: 2,
      perSecond: 10,
      seconds: 2,
    });
    const [read, update] = operations;
    expect(read?.latency.meanMs).toBeCloseTo(5, 1);
    expect(read?.latency.p50Ms).toBe(1);
    for (const ms of [read?.latency.p90Ms, read?.latency.maxMs]) expect(ms).toBeCloseTo(9, 1);
    expect(update).toMatchObject({ count: 0, errors: { QUORUM_TIMEOUT: 2 } });
  });

  it("goes by what began after the warm-up, second by second, empty ones too", () => {
    const seconds: SecondRecord[] = [];
    clientWith(new Array<number>(15).fill(2), seconds);
    const series = new Series();
    for (const second of seconds) series.add(second);
    expect(series.all().map(({ count, errors }) => [count, errors])).toEqual([
      [10, 0],
      [5, 0],
      [0, 0],
      [0, 1],
    ]);
  });

  it("is the same after it was sent from another process", () => {
    const seconds: SecondRecord[] = [];
    const outcome = clientWith([1, 2, 3, 500], seconds);
    const done = Notice.parse(structuredClone(doneSent(outcome)));
    if (done.notice !== "done") throw new Error(done.notice);
    expect(phaseResult([outcomeOf(done.outcome)])).toEqual(phaseResult([outcome]));
    const [first] = seconds;
    const heard = first === undefined ? undefined : Notice.parse(structuredClone(secondSent(first)));
    if (heard?.notice !== "second") throw new Error("not a second");
    expect(heard.latencies.percentiles()).toEqual(first?.latencies.percentiles());
  });

  it("tells reasons apart up to a bound", () => {
    const recorder = new Recorder(0, () => {});
    for (let reason = 0; reason < 100; reason++) recorder.failed("read", `R${reason}`, 1, 2);
    const errors = recorder.finish().get("read")?.errors;
    expect([errors?.size, errors?.get("OTHER")]).toEqual([33, 68]);
  });
});
