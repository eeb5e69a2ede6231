import { describe, expect, it } from "vitest";
import { type ImportOptions, RowImporter } from "../../../src/cli/row-importer.js";
import { textLines } from "../../../src/cli/text-lines.js";
import type { ValueBucket } from "../../../src/cli/value-bucket.js";
import { AtollError } from "../../../src/client/index.js";

type Entries = Parameters<ValueBucket["putMany"]>[0];
type Results = Awaited<ReturnType<ValueBucket["putMany"]>>;

const WRITTEN = { hlc: 1n, context: new Uint8Array(0), acksReceived: 1, fallbackAcks: 0, region: "eu" };
const GONE = new AtollError({ code: "UNAVAILABLE", reason: undefined, message: "nobody is there" });

/** Keeps what it is given, and answers when it is told to; by itself once `isOpen`. */
class HeldBucket {
  readonly batches: { entries: Entries; answer: () => void }[] = [];
  readonly stored = new Map<unknown, unknown>();
  isOpen = true;
  fault: (key: unknown) => AtollError | undefined = () => undefined;

  inFlight = 0;
  inFlightMax = 0;

  readonly lifetimes = new Set<unknown>();

  async putMany(entries: Entries, lifetime?: unknown): Promise<Results> {
    this.lifetimes.add(lifetime);
    this.inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
    await new Promise<void>((answer) => {
      this.batches.push({ entries: [...entries], answer });
      if (this.isOpen) setImmediate(answer);
    });
    this.inFlight -= 1;
    return entries.map(({ key, value }) => {
      const error = this.fault(key);
      if (error !== undefined) return { key, ok: false, error };
      this.stored.set(key, value);
      return { key, ok: true, result: WRITTEN };
    });
  }

  open(): void {
    this.isOpen = true;
    for (const { answer } of this.batches) answer();
  }

  get sizes(): number[] {
    return this.batches.map(({ entries }) => entries.length);
  }
}

async function* bytesOf(lines: Iterable<string>): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

function rows(count: number, keyOf: (at: number) => string = (at) => `k${at}`): string[] {
  return Array.from({ length: count }, (_, at) => JSON.stringify({ key: keyOf(at), value: at }));
}

function run(bucket: HeldBucket, lines: Iterable<string>, options: Partial<ImportOptions> = {}) {
  const { signal } = new AbortController();
  return RowImporter.run(textLines(bytesOf(lines)), {
    ...{ bucket, signal, lifetime: {}, onProgress: () => {} },
    ...options,
  });
}

/** Until nothing moves any more: all is in memory, so a few turns of the event loop are enough. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3_000; turn++) await new Promise((done) => setImmediate(done));
}

describe("an import", () => {
  it("writes every row and tells how far it is", async () => {
    const bucket = new HeldBucket();
    const progress: [number, number][] = [];
    const lines = rows(1_000);
    const outcome = await run(bucket, lines, { onProgress: (done, bytes) => progress.push([done, bytes]) });
    expect([outcome.rows, outcome.problems.count, outcome.stopped]).toEqual([1_000, 0, undefined]);
    expect(bucket.stored.size).toBe(1_000);
    expect(progress.at(-1)).toEqual([1_000, lines.join("\n").length + 1]);
  });

  it("has a bounded number of batches in flight, and of rows in one", async () => {
    const bucket = new HeldBucket();
    expect((await run(bucket, rows(20_000))).rows).toBe(20_000);
    expect([bucket.inFlightMax, Math.max(...bucket.sizes)]).toEqual([8, 128]);
  });

  it("begins with one batch, and has one more in flight after each that went well", async () => {
    const bucket = new HeldBucket();
    bucket.isOpen = false;
    const imported = run(bucket, rows(1_000));
    await settle();
    const inFlight = [bucket.inFlight];
    for (let round = 0; round < 3; round++) {
      bucket.batches[round]?.answer();
      await settle();
      inFlight.push(bucket.inFlight);
    }
    expect(inFlight).toEqual([1, 2, 3, 4]);
    bucket.open();
    await imported;
  });

  it("has fewer in flight when rows do not come through in time", async () => {
    const bucket = new HeldBucket();
    const imported = run(bucket, rows(30_000));
    while (bucket.inFlight < 8) await new Promise((done) => setImmediate(done));
    bucket.fault = (key) => (String(key).endsWith("0") ? GONE : undefined);
    await settle();
    bucket.inFlightMax = 0;
    bucket.isOpen = false;
    await settle();
    expect(bucket.inFlight).toBeLessThanOrEqual(2);
    bucket.open();
    await imported;
  });

  it("has a bounded amount in one batch", async () => {
    const bucket = new HeldBucket();
    bucket.isOpen = false;
    const large = "x".repeat(400_000);
    const imported = run(
      bucket,
      ["a", "b", "c", "d", "e"].map((key) => JSON.stringify({ key, value: large })),
    );
    await settle();
    bucket.open();
    await imported;
    expect(bucket.sizes).toEqual([1, 2, 2]);
  });

  it("lets the later of two lines with one key win", async () => {
    const bucket = new HeldBucket();
    await run(
      bucket,
      rows(1_000, (at) => `k${at % 7}`),
    );
    expect([...bucket.stored.values()].toSorted()).toEqual([993, 994, 995, 996, 997, 998, 999]);
    for (const { entries } of bucket.batches) {
      expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
    }
  });

  it("does not send a key while an earlier line of it is in flight", async () => {
    const bucket = new HeldBucket();
    bucket.isOpen = false;
    const imported = run(
      bucket,
      rows(3, () => "same"),
    );
    await settle();
    expect(bucket.sizes).toEqual([1]);
    bucket.open();
    await imported;
    expect([bucket.sizes, bucket.stored.get("same")]).toEqual([[1, 1, 1], 2]);
  });

  it("does not put two lines of one key into a batch", async () => {
    const bucket = new HeldBucket();
    bucket.isOpen = false;
    const imported = run(
      bucket,
      rows(4, (at) => (at === 0 ? "first" : "same")),
    );
    await settle();
    bucket.open();
    await imported;
    expect([bucket.sizes, bucket.stored.get("same")]).toEqual([[1, 1, 1, 1], 3]);
  });

  it("reports bad lines by number and imports the others", async () => {
    const outcome = await run(new HeldBucket(), [
      "{",
      ...rows(2),
      "",
      '{"key":"k"}',
      '{"key":"z","value":1}',
    ]);
    expect(outcome.rows).toBe(3);
    expect(outcome.problems.lines()).toEqual([
      expect.stringMatching(/^line 1: is not JSON: /),
      'line 5: has no "value"',
    ]);
  });

  it("keeps only so many reports", async () => {
    const { problems } = await run(new HeldBucket(), Array(1_000).fill("?"));
    expect(problems.count).toBe(1_000);
    expect(problems.lines()).toHaveLength(21);
    expect(problems.lines().at(-1)).toBe("and 980 more");
  });

  it("goes on after rows that the cluster refuses", async () => {
    const bucket = new HeldBucket();
    const refusal = new AtollError({ code: "INVALID_ARGUMENT", reason: "BAD_REQUEST", message: "too large" });
    bucket.fault = () => refusal;
    const outcome = await run(bucket, rows(2_000));
    expect([outcome.rows, outcome.problems.count, outcome.stopped]).toEqual([0, 2_000, undefined]);
  });

  it("stops when the cluster is gone", async () => {
    const bucket = new HeldBucket();
    bucket.fault = () => GONE;
    const outcome = await run(bucket, rows(100_000));
    expect(outcome.stopped).toMatchObject({ cause: GONE });
    expect(outcome.stopped?.line).toBeLessThan(3_000);
  });

  it("does not take some rows that are out of reach for that", async () => {
    const bucket = new HeldBucket();
    bucket.fault = (key) => (String(key).endsWith("0") ? undefined : GONE);
    const outcome = await run(bucket, rows(5_000));
    expect([outcome.rows, outcome.problems.count, outcome.stopped]).toEqual([500, 4_500, undefined]);
  });

  it("waits for what is in flight when it is interrupted", async () => {
    const bucket = new HeldBucket();
    bucket.isOpen = false;
    const interrupt = new AbortController();
    const imported = run(bucket, rows(5_000), { signal: interrupt.signal });
    await settle();
    interrupt.abort();
    bucket.open();
    const outcome = await imported;
    expect(outcome.stopped?.cause).toBe("interrupted");
    expect(outcome.rows).toBe(bucket.stored.size);
    expect(outcome.rows).toBeGreaterThan(0);
    expect(outcome.rows).toBeLessThan(1_500);
  });

  it("gives every batch the lifetime that all rows have", async () => {
    const bucket = new HeldBucket();
    const lifetime = { ttlMs: 5_000 };
    await run(bucket, rows(300), { lifetime });
    expect(bucket.batches.length).toBeGreaterThan(1);
    expect([...bucket.lifetimes]).toEqual([lifetime]);
  });

  it("ends with the error of its source, after what is in flight", async () => {
    const bucket = new HeldBucket();
    const broken = async function* () {
      yield Buffer.from(`${rows(3).join("\n")}\n`);
      throw new Error("the disk is on fire");
    };
    const { signal } = new AbortController();
    const options = { bucket, signal, lifetime: {}, onProgress: () => {} };
    const imported = RowImporter.run(textLines(broken()), options);
    await expect(imported).rejects.toThrow("the disk is on fire");
    expect(bucket.stored.size).toBe(3);
  });
});
