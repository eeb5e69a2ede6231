/** What an operation costs by how many elements there are: the same, to the record and but for the length of a number. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OperationCost, TypeCosts } from "../../src/simulator/index.js";

const FEW = 10;
const MANY = 3_000;
const KEY = "k";
const PEER_BYTES_MAX = 300;
/** Of each of three replicas: a pointer and a request id; with the row and the clocks, as often as they are written. */
const LOG_BYTES_MAX = 3 * 150;
const STORED_BYTES_MAX = 3 * 450;
/** What is promised. It is not 1: counters of dots grow by a byte, and a clock is told or written once more or less. */
const BYTES_RATIO_MAX = 1.5;
const PAGE_ROWS = 10;
/** Thousands of writes on three nodes, on a busy machine. */
const FILL_MS_MAX = 60_000;
/** Two replicas list a row and read it. */
const READS_OF_ROW = 4;

describe.each(["set", "map"] as const)("a %s", (type) => {
  let few: TypeCosts;
  let many: TypeCosts;

  beforeAll(() => {
    [few, many] = [new TypeCosts(), new TypeCosts()];
    few.fill(type, KEY, FEW);
    many.fill(type, KEY, MANY);
  }, FILL_MS_MAX);

  afterAll(() => {
    few.close();
    many.close();
  });

  const expectAlike = (ofMany: OperationCost, ofFew: OperationCost): void => {
    expect(ofMany.recordsRead).toBe(ofFew.recordsRead);
    for (const bytes of ["peerBytesMax", "sentBytes", "logBytes", "storedBytes"] as const)
      expect(ofMany[bytes]).toBeLessThanOrEqual(ofFew[bytes] * BYTES_RATIO_MAX);
  };

  it("takes one more element for the same few bytes, whatever it holds", () => {
    const [ofMany, ofFew] = [many.add(type, KEY, MANY + 1), few.add(type, KEY, FEW + 1)];
    expectAlike(ofMany, ofFew);
    expect(ofMany.peerBytesMax).toBeLessThan(PEER_BYTES_MAX);
    expect(ofMany.logBytes).toBeLessThan(LOG_BYTES_MAX);
    expect(ofMany.storedBytes).toBeLessThan(STORED_BYTES_MAX);
    expect(ofMany.recordsRead).toBeLessThanOrEqual(8);
  });

  it("is looked into for one element without a look at another", () => {
    const ofMany = many.look(type, KEY, MANY);
    expectAlike(ofMany, few.look(type, KEY, FEW));
    // The replica that gives the row, and the one that gives its digest.
    expect(ofMany.recordsRead).toBe(2);
  });

  it("is read a page at a time, from anywhere, without a look at the rest", () => {
    const first = many.page(type, KEY, PAGE_ROWS, undefined);
    expectAlike(first, few.page(type, KEY, PAGE_ROWS, undefined));
    expect(first).toMatchObject({ rows: PAGE_ROWS, recordsRead: PAGE_ROWS * READS_OF_ROW });
    let { upTo } = first;
    for (let pages = 0; pages < 2; pages++) upTo = many.page(type, KEY, 1_000, upTo).upTo;
    const inTheMiddle = many.page(type, KEY, PAGE_ROWS, upTo);
    expectAlike(inTheMiddle, first);
    expect(inTheMiddle).toMatchObject({ rows: PAGE_ROWS, recordsRead: PAGE_ROWS * READS_OF_ROW });
  });
});

it("a counter costs the same few bytes, however often it was counted", () => {
  const costs = new TypeCosts();
  const first = costs.count(KEY);
  for (let i = 0; i < 50; i++) costs.count(KEY);
  const last = costs.count(KEY);
  expect(last.recordsRead).toBe(first.recordsRead);
  for (const { peerBytesMax, logBytes, storedBytes } of [first, last]) {
    expect(peerBytesMax).toBeLessThan(PEER_BYTES_MAX);
    expect(logBytes).toBeLessThan(LOG_BYTES_MAX);
    expect(storedBytes).toBeLessThan(STORED_BYTES_MAX);
  }
  costs.close();
});
