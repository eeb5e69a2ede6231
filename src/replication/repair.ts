/**
 * A repair that an operator asks for: audits with every peer, one after the other, until nothing is found any more; in
 * full, after all records were read from the disk.
 */
import type { Audit } from "./audit.js";
import type { Environment } from "./environment.js";
import { failure } from "./failures.js";
import type { Failure } from "./operation.js";
import type { Scrubbing } from "./scrubbing.js";

/** Each time with one peer: what one does not finish the next goes on with. */
const SESSIONS_MAX = 1_000;
const RETRY_MS = 50;

interface RepairProgress {
  /** Partitions compared with one peer, and partitions read. */
  readonly partitionsDone: number;
  readonly partitionsTotal: number;
  /** Of this node, since the repair began. */
  readonly rowsRepaired: number;
  /** Rows of this node that had failed their checksum and are whole again, since the repair began. */
  readonly rowsHealed: number;
  readonly partitionsDiffering: number;
  /** Ids of peers that were not there, or did not answer to the end. */
  readonly nodesMissed: readonly string[];
}

/** What a repair says: any number of times how far it is, and at the end once the outcome, or why there is none. */
export type RepairStep = { readonly kind: "progress" | "done"; readonly progress: RepairProgress } | Failure;

export class Repair {
  readonly #environment: Environment;
  readonly #audit: Audit;
  readonly #scrubbing: Scrubbing;
  readonly #step: (step: RepairStep) => void;
  readonly #peers: readonly number[];
  readonly #missed = new Set<number>();
  readonly #differing = new Set<number>();
  readonly #repairedBefore: number;
  readonly #healedBefore: number;
  readonly #total: number;
  #done = 0;
  #isOver = false;

  constructor(
    environment: Environment,
    audit: Audit,
    scrubbing: Scrubbing,
    isFull: boolean,
    step: (step: RepairStep) => void,
  ) {
    this.#environment = environment;
    this.#audit = audit;
    this.#scrubbing = scrubbing;
    this.#step = step;
    this.#peers = audit.peers;
    this.#repairedBefore = environment.counters.get("rows_repaired");
    this.#healedBefore = environment.counters.get("rows_healed");
    const held = environment.view.partitionsOf(environment.self.number).length;
    this.#total = this.#peers.reduce((sum, peer) => sum + audit.sharedWith(peer).length, isFull ? held : 0);
    if (isFull) this.#read(held);
    else environment.timers.endOfTurn(() => this.#compareFrom(0));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    this.#isOver = true;
  }

  /** The node ends. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#step(failure("NOT_READY", "this node ended before its repair did; run it again"));
  }

  #read(held: number): void {
    let left = held;
    this.#scrubbing.hurry(() => {
      left--;
      this.#done++;
      this.#report();
      if (left === 0) this.#compareFrom(0);
    });
  }

  #compareFrom(at: number): void {
    const peer = this.#peers[at];
    if (this.#isOver) return;
    if (peer === undefined) return this.#end();
    this.#compare(peer, false, SESSIONS_MAX, () => {
      this.#done += this.#audit.sharedWith(peer).length;
      this.#report();
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
      this.#report();
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
    this.#step({ kind: "done", progress: this.#progress });
  }

  #report(): void {
    if (!this.#isOver) this.#step({ kind: "progress", progress: this.#progress });
  }

  get #progress(): RepairProgress {
    const { counters, view } = this.#environment;
    return {
      partitionsDone: this.#done,
      partitionsTotal: this.#total,
      rowsRepaired: counters.get("rows_repaired") - this.#repairedBefore,
      rowsHealed: counters.get("rows_healed") - this.#healedBefore,
      partitionsDiffering: this.#differing.size,
      nodesMissed: [...this.#missed].flatMap((member) => view.memberByNumber(member)?.nodeId ?? []),
    };
  }
}
