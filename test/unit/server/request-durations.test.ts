import { Histogram, Registry } from "prom-client";
import { expect, it } from "vitest";
import { RequestDurations } from "../../../src/server/request-durations.js";

const NAME = "request_seconds";
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

it("counts as the metrics library counts, on the bounds of buckets and beyond them", async () => {
  const durations = new RequestDurations();
  const library = new Histogram({
    name: NAME,
    help: NAME,
    labelNames: ["method", "outcome"],
    buckets: BUCKETS,
    registers: [new Registry()],
  });
  const observed = [0, ...BUCKETS, ...BUCKETS.map((bound) => bound * 1.01), 11, 1e6];
  for (const [index, seconds] of observed.entries()) {
    const [method, outcome] = [index % 2 === 0 ? "Get" : "Put", index % 3 === 0 ? "ok" : "unavailable"];
    durations.observe(method, outcome, seconds);
    library.observe({ method, outcome }, seconds);
  }
  const { values } = await library.get();
  expect(durations.values(NAME)).toEqual(
    values.map(({ metricName, labels, value }) => ({ metricName, labels, value })),
  );
});

it("has no values before the first request", () => {
  expect(new RequestDurations().values(NAME)).toEqual([]);
});
