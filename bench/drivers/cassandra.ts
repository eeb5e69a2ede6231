/**
 * Cassandra, and what speaks its protocol, by `cassandra-driver`. That package is none of ours: who wants to compare
 * installs it beside this one.
 */
import { z } from "zod";
import type { Operation } from "../workload/index.js";
import { type Connection, type Driver, DriverError, type Target } from "./driver.js";

const PACKAGE = "cassandra-driver";
const KEYSPACE = "atoll_bench";
const LEVELS: Readonly<Record<string, string>> = {
  ONE: "one",
  TWO: "two",
  THREE: "three",
  LOCAL_ONE: "localOne",
  LOCAL_QUORUM: "localQuorum",
  QUORUM: "quorum",
  EACH_QUORUM: "eachQuorum",
  ALL: "all",
};

export const cassandra: Driver = {
  name: "cassandra",
  summary: `Cassandra by the package ${PACKAGE}, to be installed; --region is its data center`,
  operations: new Set(["read", "update", "insert", "read-modify-write"]),
  guarantees: ({ readConsistency, writeConsistency }) => [
    `reads wait for: ${readConsistency ?? "LOCAL_QUORUM"}; writes wait for: ${writeConsistency ?? "LOCAL_QUORUM"}`,
    "a write is in memory at the replicas that acknowledged it, and on disk as commitlog_sync says (by default within ten seconds)",
    "of concurrent writes the one with the later clock stays, and the other is lost in silence",
    `the keyspace ${KEYSPACE} is used as it is; where there is none, it is made with one replica`,
  ],
  connect: (target) => CassandraConnection.open(target),
};

interface Rows {
  readonly rowLength: number;
}

/** What is used of the package's client. */
interface CassandraClient {
  connect(): Promise<void>;
  execute(query: string, values: readonly unknown[], options: object): Promise<Rows>;
  shutdown(): Promise<void>;
}

type LoadPackage = () => Promise<unknown>;

/** Of the package: functions cannot be checked further. */
const Package = z.object({
  Client: z.custom<new (options: object) => CassandraClient>((value) => typeof value === "function"),
  types: z.object({ consistencies: z.record(z.string(), z.number()) }),
});

export class CassandraConnection implements Connection {
  readonly #client: CassandraClient;
  readonly #table: string;
  readonly #reads: object;
  readonly #writes: object;

  private constructor(client: CassandraClient, table: string, reads: object, writes: object) {
    this.#client = client;
    this.#table = table;
    this.#reads = reads;
    this.#writes = writes;
  }

  /** @param load gives the package */
  static async open(target: Target, load: LoadPackage = () => import(PACKAGE)): Promise<CassandraConnection> {
    const { Client, types } = await loaded(load);
    const level = (name: Target["readConsistency"]): number => {
      const code = types.consistencies[LEVELS[name ?? "LOCAL_QUORUM"] ?? ""];
      if (code !== undefined) return code;
      throw new DriverError(
        "INVALID",
        `Cassandra has no consistency ${String(name)}: use a name, as in LOCAL_QUORUM`,
      );
    };
    const terms = (name: Target["readConsistency"]): object => ({
      prepare: true,
      consistency: level(name),
      readTimeout: target.timeoutMs,
    });
    const table = `${KEYSPACE}.${tableOf(target.bucket)}`;
    const [reads, writes] = [terms(target.readConsistency), terms(target.writeConsistency)];
    const client = new Client({
      contactPoints: target.endpoints,
      localDataCenter: target.region ?? "datacenter1",
    });
    try {
      await client.connect();
      const once = { consistency: level("LOCAL_ONE") };
      await client.execute(
        `CREATE KEYSPACE IF NOT EXISTS ${KEYSPACE} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
        [],
        once,
      );
      await client.execute(
        `CREATE TABLE IF NOT EXISTS ${table} (key text PRIMARY KEY, value blob)`,
        [],
        once,
      );
      return new CassandraConnection(client, table, reads, writes);
    } catch (cause) {
      await client.shutdown().catch(() => {});
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new DriverError("UNAVAILABLE", `Cassandra at ${target.endpoints.join(", ")}: ${why}`, cause);
    }
  }

  async perform({ kind, key, value }: Operation): Promise<boolean> {
    switch (kind) {
      case "read": {
        const query = `SELECT value FROM ${this.#table} WHERE key = ?`;
        return (await this.#client.execute(query, [key], this.#reads)).rowLength > 0;
      }
      case "update":
      case "insert":
        await this.#client.execute(
          `INSERT INTO ${this.#table} (key, value) VALUES (?, ?)`,
          [key, Buffer.from(value.buffer, value.byteOffset, value.length)],
          this.#writes,
        );
        return true;
      default:
        throw new DriverError("UNSUPPORTED", `this driver has no ${kind}`);
    }
  }

  close(): Promise<void> {
    return this.#client.shutdown();
  }
}

async function loaded(load: LoadPackage): Promise<z.infer<typeof Package>> {
  let given: unknown;
  try {
    given = await load();
  } catch (cause) {
    throw new DriverError(
      "INVALID",
      `install ${PACKAGE} beside this package first: npm install ${PACKAGE}`,
      cause,
    );
  }
  // A CommonJS package comes as the default of its module.
  const parsed = z
    .union([Package, z.object({ default: Package }).transform((module) => module.default)])
    .safeParse(given);
  if (parsed.success) return parsed.data;
  throw new DriverError("INVALID", `the package ${PACKAGE} is not the one that is expected: use version 4`);
}

function tableOf(bucket: string): string {
  if (/^[a-z][a-z0-9_]{0,40}$/.test(bucket)) return bucket;
  throw new DriverError("INVALID", "--bucket names a table: use small letters, digits and _");
}
