/** What the audit costs, to the byte: it does not depend on how many rows there are. */
import { describe, expect, it } from "vitest";
import { ReplicaPair } from "../../src/simulator/index.js";

const PARTITIONS = 256;
const VALUE_BYTES = 20;
const KIB = 1024;

describe.each([600, 6_000])("two replicas of %i rows", (rows) => {
  const filled = (): ReplicaPair => {
    const pair = new ReplicaPair(PARTITIONS);
    pair.fill(rows, VALUE_BYTES);
    return pair;
  };

  it("are proved equal in one round trip, and the same few bytes whatever they hold", () => {
    expect(filled().audit()).toEqual({ roundTrips: 1, bytes: 3_342, rowBytes: 0, unequal: 0 });
  });

  it.each(["lost", "old"] as const)(
    "find and heal one row that is %s in two round trips and 4 KiB",
    (how) => {
      const pair = filled();
      pair.betray(rows >> 1, how);
      expect(pair.isEqual).toBe(false);
      const { roundTrips, bytes, rowBytes, unequal } = pair.audit();
      expect(pair.isEqual).toBe(true);
      expect({ roundTrips, unequal }).toEqual({ roundTrips: 2, unequal: 1 });
      expect(rowBytes).toBeGreaterThan(VALUE_BYTES);
      expect(bytes - rowBytes).toBeLessThan(4 * KIB);
    },
  );

  it("find and heal a hundred in 16 KiB", () => {
    const pair = filled();
    for (let row = 0; row < 100; row++) pair.betray(row * 5, row % 2 === 0 ? "lost" : "old");
    const { bytes, rowBytes } = pair.audit();
    expect(pair.isEqual).toBe(true);
    expect(bytes - rowBytes).toBeLessThan(16 * KIB);
  });
});

it("heals what is more than sketches tell, partition by partition", () => {
  const pair = new ReplicaPair(4);
  pair.fill(2_000, VALUE_BYTES);
  for (let row = 0; row < 900; row++) pair.betray(row, row % 2 === 0 ? "lost" : "old");
  expect(pair.audit().unequal).toBe(4);
  expect(pair.isEqual).toBe(true);
});
