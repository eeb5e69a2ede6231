/**
 * What the core may ask of the world: clocks, timers, randomness, a disk, a transport, a log. `node/` holds the real
 * ones, `simulated/` the deterministic ones on virtual time; the core cannot tell which it runs on.
 */
import type { Clock } from "./clock.js";
import type { Disk } from "./disk.js";
import type { Log } from "./log.js";
import type { Random } from "./random.js";
import type { Timers } from "./timers.js";
import type { Transport } from "./transport.js";

export type { Clock } from "./clock.js";
export type { MarkFile } from "./disk.js";
export type { Log } from "./log.js";
export type { Change, Entry, KeyRange, Store } from "./store.js";
export { StoreError } from "./store.js";
export type { Timer, Timers } from "./timers.js";
export type { PeerAddress, PeerHello, Transport, TransportHandler } from "./transport.js";

/** Everything a node needs from outside. */
export interface Runtime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly disk: Disk;
  readonly transport: Transport;
  readonly log: Log;
}
