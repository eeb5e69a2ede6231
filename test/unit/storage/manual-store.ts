/** A store and timers whose every callback a test fires by hand, so that it decides what happens in between. */
import {
  type Change,
  type Entry,
  type KeyRange,
  type Store,
  StoreError,
  type Timer,
  type Timers,
} from "../../../src/runtime/index.js";

interface WriteInFlight {
  readonly changes: readonly Change[];
  readonly sync: boolean;
  readonly done: (error: StoreError | undefined) => void;
}

interface ScanInFlight {
  readonly range: KeyRange;
  readonly limit: number;
  readonly entries: Entry[] | undefined;
  readonly done: (error: StoreError | undefined, entries: Entry[]) => void;
}

export class ManualStore implements Store {
  readonly #contents = new Map<string, Buffer>();
  readonly #scans: ScanInFlight[] = [];
  #write: WriteInFlight | undefined;
  /** Whether a scan sees the store as of its call, or as of its answer. */
  scansEarly = true;
  /** Of each write so far, whether it was flushed. */
  readonly syncs: boolean[] = [];
  readCount = 0;
  closeCount = 0;

  get isWriting(): boolean {
    return this.#write !== undefined;
  }

  get isScanning(): boolean {
    return this.#scans.length > 0;
  }

  /** Keys of the write in flight. */
  get writing(): string[] {
    return (this.#write?.changes ?? []).map(({ key }) => Buffer.from(key).toString("latin1"));
  }

  get(key: Uint8Array): Buffer | undefined {
    this.readCount++;
    return this.#contents.get(Buffer.from(key).toString("latin1"));
  }

  /** Puts something there as if by an earlier run. */
  plant(key: string, value: string): void {
    this.#contents.set(key, Buffer.from(value));
  }

  scan(range: KeyRange, limit: number, done: ScanInFlight["done"]): void {
    const entries = this.scansEarly ? this.#entries(range, limit) : undefined;
    this.#scans.push({ range, limit, entries, done });
  }

  answerScan(error?: StoreError): void {
    const scan = this.#scans.shift();
    scan?.done(error, error === undefined ? (scan.entries ?? this.#entries(scan.range, scan.limit)) : []);
  }

  write(changes: readonly Change[], sync: boolean, done: (error: StoreError | undefined) => void): void {
    if (this.#write !== undefined) throw new Error("a second write began while one is in flight");
    this.#write = { changes, sync, done };
    this.syncs.push(sync);
  }

  /** The write in flight becomes visible, which a store may do long before it calls back. */
  show(): void {
    for (const { key, value } of this.#write?.changes ?? []) {
      const name = Buffer.from(key).toString("latin1");
      if (value === undefined) this.#contents.delete(name);
      else this.#contents.set(name, Buffer.from(value));
    }
  }

  complete(): void {
    this.show();
    const write = this.#write;
    this.#write = undefined;
    write?.done(undefined);
  }

  fail(): void {
    const write = this.#write;
    this.#write = undefined;
    write?.done(new StoreError("DISK_FULL", "the test failed this write"));
  }

  close(done: () => void): void {
    this.closeCount++;
    done();
  }

  #entries(range: KeyRange, limit: number): Entry[] {
    const [from, to] = [range.from, range.to].map((key) => Buffer.from(key).toString("latin1"));
    return [...this.#contents]
      .filter(([key]) => key >= (from ?? "") && key < (to ?? ""))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([key, value]): Entry => [Buffer.from(key, "latin1"), value]);
  }
}

export class ManualTimers implements Timers {
  #atEnd: (() => void)[] = [];
  readonly #periodic = new Set<() => void>();

  get armed(): number {
    return this.#periodic.size;
  }

  /** Ends the present turn. */
  turn(): void {
    const tasks = this.#atEnd;
    this.#atEnd = [];
    for (const task of tasks) task();
  }

  /** Lets every period pass once. */
  tick(): void {
    for (const task of [...this.#periodic]) task();
  }

  after(): Timer {
    throw new Error("storage starts no single timers");
  }

  every(_periodMs: number, task: () => void): Timer {
    this.#periodic.add(task);
    return { cancel: () => this.#periodic.delete(task) };
  }

  endOfTurn(task: () => void): void {
    this.#atEnd.push(task);
  }
}
