/**
 * A repair that an operator asks for: audits with every peer, one after the other, until nothing is found any more; in
 * full, after all records were read from the disk.
 */
import type { Audit } from "./audit.js";
import type { Environment } from "./environment.js";
import type { Scrubbing } from "./scrubbing.js";

/** Each time with one peer: what one does not finish the next goes on with. */
const SESSIONS_MAX = 1_000;
const RETRY_MS = 50;

export interface RepairProgress {
  /** Partitions compared with one peer, and partitions read. */
  readonly partitionsDone: number;
  readonly partitionsTotal: number;
  /** Of this node, since the repair began. */
  readonly rowsRepaired: number;
  readonly partitionsDiffering: number;
  /** Member numbers of peers that were not there, or did not answer to the end. */
  readonly peersMissed: readonly number[];
}

export class Repair {
  readonly #environment: Environment;
  readonly #audit: Audit;
  readonly #scrubbing: Scrubbing;
  readonly #progress: (progress: RepairProgress, isOver: boolean) => void;
  readonly #peers: readonly number[];
  readonly #missed = new Set<number>();
  readonly #differing = new Set<number>();
  readonly #repairedBefore: number;
  readonly #total: number;
  #done = 0;
  #isOver = false;

  /** @param progress hears of every step, and last with `isOver` */
  constructor(
    environment: Environment,
    audit: Audit,
    scrubbing: Scrubbing,
    isFull: boolean,
    progress: (progress: RepairProgress, isOver: boolean) => void,
  ) {
    this.#environment = environment;
    this.#audit = audit;
    this.#scrubbing = scrubbing;
    this.#progress = progress;
    this.#peers = audit.peers;
    this.#repairedBefore = environment.counters.get("rows_repaired");
    const held = environment.view.partitionsOf(environment.self.number).length;
    this.#total = this.#peers.reduce((sum, peer) => sum + audit.sharedWith(peer).length, isFull ? held : 0);
    if (isFull) this.#read(held);
    else environment.timers.endOfTurn(() => this.#compareFrom(0));
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    this.#isOver = true;
  }

  #read(held: number): void {
    let left = held;
    const next = (): void => {
      if (this.#isOver) return;
      if (left === 0) return this.#compareFrom(0);
    };
    if (left === 0) return next();
    this.#scrubbing.hurry(() => {
      left--;
      this.#done++;
      this.#report(false);
      next();
    });
  }

  #compareFrom(at: number): void {
    const peer = this.#peers[at];
    if (this.#isOver) return;
    if (peer === undefined) return this.#end();
    this.#compare(peer, false, SESSIONS_MAX, () => {
      this.#done += this.#audit.sharedWith(peer).length;
      this.#report(false);
      this.#compareFrom(at + 1);
    });
  }

  #compare(peer: number, isForced: boolean, sessionsLeft: number, done: () => void): void {
    if (this.#isOver) return;
    const again = (isNextForced: boolean, left: number): void => {
      this.#environment.timers.after(RETRY_MS, () => this.#compare(peer, isNextForced, left, done));
    };
    if (!this.#environment.links.isUp(peer)) {
      this.#missed.add(peer);
      return done();
    }
    const isBegun = this.#audit.runWith(peer, isForced, (result) => {
      for (const partition of result.unequal) this.#differing.add(partition);
      this.#report(false);
      if (!result.isComplete) this.#missed.add(peer);
      if (!result.isComplete || sessionsLeft === 0) return done();
      if (result.repaired > 0) return again(isForced, sessionsLeft - 1);
      if (result.busy.length > 0 && !isForced) return again(true, sessionsLeft - 1);
      done();
    });
    if (!isBegun) again(isForced, sessionsLeft);
  }

  #end(): void {
    this.#isOver = true;
    this.#report(true);
  }

  #report(isOver: boolean): void {
    if (this.#isOver && !isOver) return;
    this.#progress(
      {
        partitionsDone: this.#done,
        partitionsTotal: this.#total,
        rowsRepaired: this.#environment.counters.get("rows_repaired") - this.#repairedBefore,
        partitionsDiffering: this.#differing.size,
        peersMissed: [...this.#missed],
      },
      isOver,
    );
  }
}
