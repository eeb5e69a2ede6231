/** Clients that write for as long as a test injects faults: keys of their own, and keys that they fight over. */
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { AtollClient } from "../../../src/client/index.js";
import type { History } from "./history.js";
import { until } from "./polling.js";

const BUCKET = "load";
const SHARED_KEYS = 8;
/** Each has one write under way at a time. */
const WORKERS_PER_CLIENT = 3;
/** Leaves the machine's cores to the nodes. */
const PAUSE_MS = 5;
/** That a worker goes on, and did not just have its last word. */
const GOES_ON_WRITES = 5;

export class Load {
  static readonly bucket = BUCKET;
  static readonly workersPerClient = WORKERS_PER_CLIENT;
  readonly #history: History;
  readonly #writers: readonly string[];
  readonly #workers: Promise<void>[];
  #isStopped = false;

  private constructor(clients: readonly AtollClient[], history: History) {
    this.#history = history;
    const workers = clients.flatMap((db, client) =>
      Array.from({ length: WORKERS_PER_CLIENT }, (_, worker) => ({
        db,
        writer: `${db.region}-${client}-${worker}`,
      })),
    );
    this.#writers = workers.map(({ writer }) => writer);
    this.#workers = workers.map(({ db, writer }) => this.#write(db, writer));
  }

  /** Writes with every client until `stop`, and at the latest until the test has ended. */
  static start(clients: readonly AtollClient[], history: History): Load {
    const load = new Load(clients, history);
    onTestFinished(() => load.stop());
    return load;
  }

  /** Until every worker of every client has been told that writes are done which it began from now on. */
  async goesOn(when: string): Promise<void> {
    const sinceMs = performance.now();
    await until(`writes of every worker ${when}`, () => {
      const done = this.#history.writes.filter(
        ({ outcome, startedAtMs }) => outcome.kind === "acknowledged" && startedAtMs >= sinceMs,
      );
      const waiting = this.#writers.filter(
        (name) => done.filter(({ value }) => value.startsWith(`${name}#`)).length < GOES_ON_WRITES,
      );
      return waiting.length === 0 ? undefined : `${waiting.join(", ")} had less than ${GOES_ON_WRITES}`;
    });
  }

  /** Waits for the writes under way. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#workers);
  }

  async #write(db: AtollClient, writer: string): Promise<void> {
    const bucket = db.register<string>(BUCKET);
    for (let n = 1; !this.#isStopped; n++) {
      const key = n % 3 === 0 ? `shared-${n % SHARED_KEYS}` : `${writer}-${n}`;
      await this.#history.put(bucket, key, `${writer}#${n}`);
      await delay(PAUSE_MS);
    }
  }
}
