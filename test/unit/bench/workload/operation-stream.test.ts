import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Operation,
  OperationStream,
  type StreamOptions,
  WORKLOADS,
} from "../../../../bench/workload/index.js";
import { InsertedItems } from "../../../../bench/workload/inserted-items.js";

const OPERATIONS = 10_000;

function streamOf(name: string, options: Partial<StreamOptions> = {}): OperationStream {
  const workload = WORKLOADS.find((one) => one.name === name);
  if (workload === undefined) throw new Error(name);
  return new OperationStream({
    workload,
    keys: undefined,
    records: 500,
    insertsExpected: 500,
    keyBytes: undefined,
    valueBytes: { kind: "constant", bytes: 1_000 },
    seed: 1,
    process: 0,
    processes: 1,
    ...options,
  });
}

function take(stream: OperationStream, count: number): Operation[] {
  return Array.from({ length: count }, () => {
    const operation = stream.next();
    stream.settle(operation);
    return operation;
  });
}

describe("the operations of a workload", () => {
  for (const { mix, name } of WORKLOADS)
    it(`${name} are mixed as published, and add up`, () => {
      const operations = take(streamOf(name), OPERATIONS);
      for (const [kind, percent] of mix) {
        const share = operations.filter((operation) => operation.kind === kind).length / OPERATIONS;
        expect(Math.abs(share - percent / 100)).toBeLessThan(0.025);
      }
      expect(mix.reduce((sum, [, percent]) => sum + percent, 0)).toBe(100);
    });

  it("are the same for the same seed, and others for another seed or process", () => {
    const keys = (options: Partial<StreamOptions>): string[] =>
      take(streamOf("a", options), 50).map(({ key, kind }) => `${kind} ${key}`);
    expect(keys({})).toEqual(keys({}));
    expect(keys({ seed: 2 })).not.toEqual(keys({}));
    expect(keys({ process: 1, processes: 2 })).not.toEqual(keys({ processes: 2 }));
  });

  it("read what was loaded or inserted, and nothing else", () => {
    for (const name of ["a", "d", "e"]) {
      const stream = streamOf(name);
      const known = new Set([...stream.loads()].map(({ key }) => key));
      expect(known.size).toBe(500);
      const wrong = take(stream, OPERATIONS).filter(({ key, kind }) => {
        const isWrong = known.has(key) === (kind === "insert");
        known.add(key);
        return isWrong;
      });
      expect(wrong).toEqual([]);
    }
  });

  it("of several processes load every record once, and insert no record twice", () => {
    const streams = [0, 1, 2].map((process) => streamOf("d", { process, processes: 3 }));
    const keys = streams.flatMap((stream) => [
      ...[...stream.loads()].map(({ key }) => key),
      ...take(stream, 1_000).flatMap(({ key, kind }) => (kind === "insert" ? [key] : [])),
    ]);
    expect(keys.length).toBeGreaterThan(600);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("have values and keys of the sizes asked for", () => {
    const sized = streamOf("a", { keyBytes: 40, valueBytes: { kind: "uniform", min: 10, max: 20 } });
    const updates = take(sized, 2_000).filter(({ kind }) => kind === "update");
    expect([...new Set(updates.map(({ value }) => value.length))].sort()).toEqual(
      Array.from({ length: 11 }, (_, at) => at + 10),
    );
    expect(new Set(updates.map(({ key }) => key.length))).toEqual(new Set([40]));
    const zipfian = streamOf("a", { valueBytes: { kind: "zipfian", min: 1, max: 100 } });
    const lengths = take(zipfian, 4_000).flatMap(({ kind, value }) =>
      kind === "update" ? [value.length] : [],
    );
    expect(lengths.filter((length) => length === 1).length / lengths.length).toBeGreaterThan(0.15);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(100);
  });

  it("scan 1 to 100 records, all lengths alike", () => {
    const scans = take(streamOf("e"), OPERATIONS).filter(({ kind }) => kind === "scan");
    const lengths = scans.map(({ length }) => length);
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([1, 100]);
    expect(lengths.reduce((a, b) => a + b) / lengths.length).toBeCloseTo(50.5, -0.5);
  });
});

describe("inserted items", () => {
  it("are there up to the first that is under way, in whatever order inserts end", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 7 }), { maxLength: 40 }), (picks) => {
        const items = new InsertedItems(10);
        const underWay: number[] = [];
        for (const pick of picks) {
          if (pick < 4) underWay.push(items.take());
          else {
            const [item] = underWay.splice(pick % Math.max(1, underWay.length), 1);
            if (item !== undefined) items.settle(item);
          }
          expect(items.last).toBeGreaterThanOrEqual(9);
          for (const item of underWay) expect(items.last).toBeLessThan(item);
        }
        for (const item of underWay) items.settle(item);
        expect(items.take()).toBe(items.last + 1);
      }),
    );
  });
});
