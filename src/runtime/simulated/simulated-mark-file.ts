/** A simulated mark file: what was written, what was there before that, and what was flushed. */
import type { MarkFile } from "../disk.js";
import { StoreError } from "../store.js";
import type { DiskModel } from "./disk-model.js";
import type { SimulatedTimers } from "./simulated-timers.js";

const MAX_MARK_BYTES = 256;

export class SimulatedMarkFile {
  readonly #model: DiskModel;
  #written: Buffer | undefined;
  #beforeLast: Buffer | undefined;
  #flushed: Buffer | undefined;

  constructor(model: DiskModel) {
    this.#model = model;
  }

  get bytes(): Buffer | undefined {
    return this.#written;
  }

  /** As if `bytes` had always been there. */
  restore(bytes: Buffer | undefined): void {
    this.#written = bytes;
    this.#beforeLast = bytes;
    this.#flushed = bytes;
  }

  /** A power cut keeps what was flushed. */
  loseUnsynced(): void {
    this.restore(this.#flushed);
  }

  /** A write torn by the crash leaves the one before it. */
  tearLast(): void {
    if (this.#written !== this.#flushed) {
      this.#written = this.#beforeLast;
    }
  }

  forProcess(process: SimulatedTimers): MarkFile {
    return {
      read: () => (this.#written === undefined ? undefined : Buffer.from(this.#written)),
      write: (bytes) => this.#write(process, bytes),
      sync: (done) => this.#sync(process, done),
    };
  }

  #write(process: SimulatedTimers, bytes: Uint8Array): void {
    if (!process.isAlive) {
      throw new StoreError("CLOSED", "the process has crashed");
    }
    if (bytes.length > MAX_MARK_BYTES) {
      throw new StoreError("IO", `a mark of ${bytes.length} bytes is longer than ${MAX_MARK_BYTES}`);
    }
    this.#beforeLast = this.#written;
    this.#written = Buffer.from(bytes);
  }

  #sync(process: SimulatedTimers, done: (error: StoreError | undefined) => void): void {
    const seen = this.#written;
    this.#model.time.schedule(this.#model.durationMs("sync"), () => {
      if (process.isAlive) {
        this.#flushed = seen;
        process.deliver(() => done(undefined));
      }
    });
  }
}
