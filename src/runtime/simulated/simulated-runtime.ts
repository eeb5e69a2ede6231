/**
 * A whole simulated world: virtual time, a network, and hosts whose processes crash and start again while their
 * disks and clocks go on. One seed decides all of it.
 */
import type { Runtime } from "../index.js";
import type { Log } from "../log.js";
import { SeededRandom } from "./seeded-random.js";
import { SimulatedClock } from "./simulated-clock.js";
import { type DiskCrash, SimulatedDisk } from "./simulated-disk.js";
import { type RegionLatency, SimulatedNetwork } from "./simulated-network.js";
import type { StoreWatcher } from "./simulated-store.js";
import { SimulatedTimers } from "./simulated-timers.js";
import type { FrameWatcher, SimulatedTransport } from "./simulated-transport.js";
import type { Batch } from "./store-contents.js";
import { VirtualTime } from "./virtual-time.js";

interface LogLine {
  readonly atMs: number;
  readonly node: number;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: object;
  readonly message: string;
}

/**
 * Watches a run, for a hash over the whole of it. It must neither keep nor change what it is shown, and must not touch
 * the world.
 */
export interface WorldObserver {
  /** A frame reached the node `to`, whose process takes it now. */
  frameDelivered(from: number, to: number, frame: Buffer, atMs: number): void;
  /** A batch of `node` is written, and flushed when `isSynced`. Its keys are latin1 text, a byte a character. */
  batchWritten(node: number, batch: Batch, isSynced: boolean, atMs: number): void;
  /** The store of `node` looked for so many records, or found them in a scan. */
  recordsRead?(node: number, count: number): void;
}

interface WorldOptions {
  readonly latency?: RegionLatency;
  /** Gets every line that a node logs. */
  readonly onLog?: (line: LogLine) => void;
  readonly observer?: WorldObserver;
}

interface HostOptions {
  readonly region: string;
  /** How far its wall clock is ahead; 0 unless given. */
  readonly clockOffsetMs?: number;
}

export class SimulatedWorld {
  readonly time = new VirtualTime();
  readonly random: SeededRandom;
  readonly network: SimulatedNetwork;
  readonly onLog: (line: LogLine) => void;
  readonly observer: WorldObserver | undefined;
  readonly #hosts = new Map<number, SimulatedHost>();

  constructor(seed: number | string, options: WorldOptions = {}) {
    this.random = new SeededRandom(seed);
    this.observer = options.observer;
    this.network = new SimulatedNetwork(this.time, this.random.split("network"), {
      latency: options.latency,
      onFrame: this.#frameWatcher(),
    });
    this.onLog = options.onLog ?? (() => undefined);
  }

  /** A host with an empty disk, and a process on it whose runtime is ready for a node. */
  addNode(number: number, options: HostOptions): SimulatedHost {
    if (this.#hosts.has(number)) {
      throw new Error(`there is a node ${number} already`);
    }
    const host = new SimulatedHost(this, number, options);
    this.#hosts.set(number, host);
    return host;
  }

  #frameWatcher(): FrameWatcher | undefined {
    const { observer, time } = this;
    return observer && ((from, to, frame) => observer.frameDelivered(from, to, frame, time.nowMs));
  }
}

/** One run of a node's program, from start to crash. */
interface Process {
  readonly timers: SimulatedTimers;
  readonly transport: SimulatedTransport;
  readonly runtime: Runtime;
}

export class SimulatedHost {
  readonly number: number;
  readonly region: string;
  readonly disk: SimulatedDisk;
  readonly clock: SimulatedClock;
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #slowRandom: SeededRandom;
  #starts = 0;
  /** How long an event takes at most, for each slowness under way. */
  readonly #slownesses = new Set<{ readonly eventMs: number }>();
  #process: Process;

  constructor(world: SimulatedWorld, number: number, options: HostOptions) {
    this.number = number;
    this.region = options.region;
    this.#world = world;
    this.#random = world.random.split(`node-${number}`);
    this.#slowRandom = this.#random.split("slow");
    const { observer, time } = world;
    const watcher: StoreWatcher | undefined = observer && {
      batchWritten: (batch, isSynced) => observer.batchWritten(number, batch, isSynced, time.nowMs),
      recordsRead: (count) => observer.recordsRead?.(number, count),
    };
    this.disk = new SimulatedDisk(time, this.#random.split("disk"), watcher);
    this.clock = new SimulatedClock(world.time, options.clockOffsetMs);
    this.#process = this.#start();
  }

  /** What the present process runs on; dead after a crash. */
  get runtime(): Runtime {
    return this.#process.runtime;
  }

  get isAlive(): boolean {
    return this.#process.timers.isAlive;
  }

  /** Timers of the present process that neither fired nor were cancelled: 0 after a clean stop. */
  get armedTimers(): number {
    return this.#process.timers.armed;
  }

  /** Ends the process at once: as kill -9 does or, with `loseUnsynced`, as a power cut, of which no peer is told. */
  crash(crash: DiskCrash = { loseUnsynced: false }): void {
    if (!this.isAlive) {
      return;
    }
    this.#process.timers.crash();
    this.#world.network.crash(this.#process.transport, crash.loseUnsynced);
    this.disk.crash(crash);
  }

  /** A new process on the same disk and clock; one that still runs is killed first. */
  restart(): Runtime {
    this.crash();
    this.#process = this.#start();
    return this.#process.runtime;
  }

  /** Stops the process without ending it: what comes meanwhile waits. */
  pause(): void {
    this.#process.timers.pause();
  }

  resume(): void {
    this.#process.timers.resume();
  }

  /**
   * For a while each event of the process takes up to `eventMs`, and what comes meanwhile waits: as on a machine that
   * others use, too, or that swaps. Outlasts a restart.
   */
  slowDown(eventMs: number, forMs: number): void {
    const slowness = { eventMs };
    this.#slownesses.add(slowness);
    this.#world.time.schedule(forMs, () => this.#slownesses.delete(slowness));
  }

  #eventCostMs(): number {
    let costMs = 0;
    for (const { eventMs } of this.#slownesses) {
      costMs += this.#slowRandom.fraction() * eventMs;
    }
    return costMs;
  }

  #start(): Process {
    this.#starts += 1;
    const timers = new SimulatedTimers(this.#world.time, () => this.#eventCostMs());
    const transport = this.#world.network.transport(this.number, this.region, timers);
    const runtime: Runtime = {
      clock: this.clock,
      timers,
      random: this.#random.split(`process-${this.#starts}`),
      disk: this.disk.forProcess(timers),
      transport,
      log: this.#log(),
    };
    return { timers, transport, runtime };
  }

  #log(): Log {
    const at = (level: LogLine["level"]) => (fields: object, message: string) =>
      this.#world.onLog({ atMs: this.#world.time.nowMs, node: this.number, level, fields, message });
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }
}
