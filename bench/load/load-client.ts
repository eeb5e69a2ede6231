/** One client of a store: writes its share of the records, then runs its share of the load. */
import { setTimeout as delay } from "node:timers/promises";
import { type Connection, reasonOf } from "../drivers/index.js";
import { type Operation, OperationStream } from "../workload/index.js";
import { pace } from "./pacing.js";
import { driverOf, type LoadPlan, workloadOf } from "./plan.js";
import { type OperationRecord, Recorder, type SecondRecord } from "./recorder.js";

export interface Outcome {
  /** From when it was to begin until the last operation was over. */
  readonly elapsedMs: number;
  /** Microseconds on a core that this process took for one operation, those of the warm-up and failed ones included. */
  readonly cpuUsPerOperation: number;
  readonly operations: ReadonlyMap<Operation["kind"], OperationRecord>;
  /** Operations of an open loop that were due before the end and never began. */
  readonly unstarted: number;
  /** Keys and values of the writes that went well. */
  readonly writtenBytes: number;
}

/** What both phases tell while they run. */
export type OnSecond = (record: SecondRecord) => void;

export interface LoadClient {
  /** Rejects where a record could not be written. */
  load(onSecond: OnSecond): Promise<Outcome>;
  /** @param atMs when to begin, as `Date.now` has it */
  run(atMs: number, onSecond: OnSecond): Promise<Outcome>;
  close(): Promise<void>;
}

const LOAD_ATTEMPTS = 5;
const LOAD_RETRY_MS = 200;
const MS_PER_SECOND = 1_000;

/** In this process. */
export class LocalClient implements LoadClient {
  readonly #plan: LoadPlan;
  readonly #connection: Connection;
  readonly #stream: OperationStream;
  readonly #signal: AbortSignal;

  private constructor(plan: LoadPlan, connection: Connection, signal: AbortSignal) {
    this.#plan = plan;
    this.#connection = connection;
    this.#stream = streamOf(plan);
    this.#signal = signal;
  }

  /** Rejects when the store does not answer. @param signal ends the run early */
  static async connect(plan: LoadPlan, signal: AbortSignal): Promise<LocalClient> {
    return new LocalClient(plan, await driverOf(plan).connect(plan.target), signal);
  }

  async load(onSecond: OnSecond): Promise<Outcome> {
    return await measured(performance.now(), onSecond, async (recorder) => {
      const loads = this.#stream.loads();
      const writer = async (): Promise<void> => {
        for (const operation of loads) {
          if (this.#signal.aborted) return;
          const startedMs = performance.now();
          await this.#written(operation, 1);
          recorder.succeeded(operation.kind, startedMs, performance.now(), writtenBytesOf(operation));
        }
      };
      await Promise.all(Array.from({ length: this.#plan.concurrency }, writer));
      return 0;
    });
  }

  async run(atMs: number, onSecond: OnSecond): Promise<Outcome> {
    const { concurrency, operations, perSecond, seconds, warmUpSeconds } = this.#plan;
    const startMs = performance.now() + (atMs - Date.now());
    await delay(Math.max(0, startMs - performance.now()));
    const measureFromMs = startMs + warmUpSeconds * MS_PER_SECOND;
    const span = {
      startMs,
      measureFromMs,
      endMs: seconds === undefined ? Number.POSITIVE_INFINITY : measureFromMs + seconds * MS_PER_SECOND,
      operations: operations ?? Number.POSITIVE_INFINITY,
      signal: this.#signal,
    };
    return await measured(measureFromMs, onSecond, (recorder) =>
      pace({ concurrency, perSecond }, span, (startedMs) => this.#perform(recorder, startedMs)),
    );
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #perform(recorder: Recorder, startedMs: number): Promise<boolean> {
    const operation = this.#stream.next();
    const { kind } = operation;
    try {
      const isFound = await this.#ask(operation);
      const nowMs = performance.now();
      if (isFound) recorder.succeeded(kind, startedMs, nowMs, writtenBytesOf(operation));
      else recorder.failed(kind, "NOT_FOUND", startedMs, nowMs);
      // What is not there was answered as fast as what is: no reason to hold back.
      return true;
    } catch (thrown) {
      recorder.failed(kind, reasonOf(thrown), startedMs, performance.now());
      return false;
    } finally {
      this.#stream.settle(operation);
    }
  }

  /** Not async for most: a promise more for each operation would be the tool's cost. */
  #ask(operation: Operation): Promise<boolean> {
    if (operation.kind === "read-modify-write") return this.#readAndWrite(operation);
    return this.#connection.perform(operation);
  }

  async #readAndWrite(operation: Operation): Promise<boolean> {
    const isFound = await this.#connection.perform({ ...operation, kind: "read" });
    await this.#connection.perform({ ...operation, kind: "update" });
    return isFound;
  }

  async #written(operation: Operation, attempt: number): Promise<void> {
    try {
      await this.#connection.perform(operation);
    } catch (thrown) {
      if (attempt === LOAD_ATTEMPTS || this.#signal.aborted) throw thrown;
      await delay(LOAD_RETRY_MS * attempt);
      await this.#written(operation, attempt + 1);
    }
  }
}

async function measured(
  fromMs: number,
  onSecond: OnSecond,
  work: (recorder: Recorder) => Promise<number>,
): Promise<Outcome> {
  const recorder = new Recorder(fromMs, onSecond);
  const before = process.cpuUsage();
  const unstarted = await work(recorder);
  const { user, system } = process.cpuUsage(before);
  const operations = recorder.finish();
  return {
    elapsedMs: performance.now() - fromMs,
    cpuUsPerOperation: recorder.settled === 0 ? 0 : (user + system) / recorder.settled,
    operations,
    unstarted,
    writtenBytes: recorder.writtenBytes,
  };
}

function writtenBytesOf({ element, key, kind, value }: Operation): number {
  switch (kind) {
    case "update":
    case "insert":
    case "read-modify-write":
      return key.length + value.length;
    case "map-put":
      return key.length + element.length + value.length;
    case "counter-add":
    case "set-add":
    case "set-remove":
      return key.length + element.length;
    default:
      return 0;
  }
}

/** Twice what is to be expected, as YCSB has it; where nobody knows how many operations there will be, as many as records. */
function streamOf(plan: LoadPlan): OperationStream {
  const { keyBytes, keys, operations, records } = plan;
  const workload = workloadOf(plan);
  const [, insertPercent = 0] = workload.mix.find(([kind]) => kind === "insert") ?? [];
  const insertsExpected = operations === undefined ? records : Math.ceil((operations * insertPercent) / 50);
  return new OperationStream({
    ...plan,
    workload,
    keys,
    keyBytes,
    insertsExpected: insertPercent === 0 ? 0 : insertsExpected,
  });
}
