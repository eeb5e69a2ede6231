import { describe, expect, it } from "vitest";
import { CassandraConnection } from "../../../../bench/drivers/cassandra.js";
import { driverNamed, reasonOf } from "../../../../bench/drivers/index.js";
import { operation } from "./operation.js";

const TARGET = { endpoints: ["127.0.0.1:9042"], bucket: "bench", timeoutMs: 1_000 };

/** The package, as far as it is used. */
function fakePackage() {
  const queries: unknown[][] = [];
  class Client {
    constructor(options: object) {
      queries.push(["client", options]);
    }
    async connect(): Promise<void> {}
    async execute(query: string, values: readonly unknown[], options: object): Promise<object> {
      queries.push([query, values, options]);
      return { rowLength: values[0] === "k" ? 1 : 0 };
    }
    async shutdown(): Promise<void> {}
  }
  const types = { consistencies: { localOne: 10, localQuorum: 6, quorum: 4 } };
  return { queries, load: async () => ({ default: { Client, types } }) };
}

describe("the driver of cassandra", () => {
  it("says what to install", async () => {
    const connecting = driverNamed("cassandra")?.connect(TARGET);
    await expect(connecting).rejects.toThrow("npm install cassandra-driver");
    expect(await connecting?.then(() => "none", reasonOf)).toBe("INVALID");
  });

  it("makes its table, writes and reads with the levels asked for", async () => {
    const { load, queries } = fakePackage();
    const db = await CassandraConnection.open({ ...TARGET, readConsistency: "LOCAL_ONE" }, load);
    expect(queries[0]).toEqual([
      "client",
      { contactPoints: ["127.0.0.1:9042"], localDataCenter: "datacenter1" },
    ]);
    queries.length = 0;
    expect(await db.perform(operation("update"))).toBe(true);
    expect(await db.perform(operation("read"))).toBe(true);
    expect(await db.perform(operation("read", { key: "absent" }))).toBe(false);
    expect(queries.map(([query]) => query)).toEqual([
      "INSERT INTO atoll_bench.bench (key, value) VALUES (?, ?)",
      ...new Array(2).fill("SELECT value FROM atoll_bench.bench WHERE key = ?"),
    ]);
    expect(queries.map(([, , options]) => options)).toMatchObject([
      { consistency: 6, prepare: true },
      { consistency: 10 },
      { consistency: 10 },
    ]);
  });

  it("refuses what cannot be", async () => {
    const { load } = fakePackage();
    const reason = (target: object) =>
      CassandraConnection.open({ ...TARGET, ...target }, load).then(() => "none", reasonOf);
    expect(await reason({ bucket: "x; DROP" })).toBe("INVALID");
    expect(await reason({ writeConsistency: 2 })).toBe("INVALID");
    const wrong = CassandraConnection.open(TARGET, async () => ({ default: {} }));
    await expect(wrong).rejects.toThrow("not the one that is expected");
  });
});
