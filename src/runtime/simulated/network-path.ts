/**
 * The way from one node to another, in one direction, and the lanes of the links that use it.
 *
 * A lane keeps order, loses nothing and repeats nothing by itself, as TCP does: a path that is cut or clogged only
 * stalls it. So no frame is ever lost, doubled or moved alone. TCP numbers and checks what it carries: what the wire
 * loses it sends again, which costs time, for all that follows too; what the wire repeats or mixes up nobody sees. And
 * a node that had to survive more than that would need TCP again, above TCP: the credit of a frame that was lost in
 * silence, say, would never come back. Losing single packets is therefore a fault of time here. What is lost for good,
 * doubled or overtaken without a link going down are messages, between nodes that are overloaded or relay for each
 * other: faults for whoever knows messages.
 */
import type { SeededRandom } from "./seeded-random.js";
import type { VirtualTime } from "./virtual-time.js";

export interface Latency {
  readonly baseMs: number;
  /** Up to this much is added, evenly, to each message. */
  readonly jitterMs: number;
}

/** How long TCP waits before it sends a packet again, doubled with each time that the packet is lost. */
const RETRANSMIT_MS = 200;
const RETRANSMITS_MAX = 6;

export class NetworkPath {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly #latency: () => Latency;
  /** Lanes with something under way. */
  readonly #busy = new Set<Lane>();
  readonly #delays = new Set<Latency>();
  readonly #losses = new Set<{ readonly probability: number }>();
  #cutSinceMs: number | undefined;
  #clogs = 0;

  constructor(time: VirtualTime, random: SeededRandom, latency: () => Latency) {
    this.time = time;
    this.random = random;
    this.#latency = latency;
  }

  get isBlocked(): boolean {
    return this.#cutSinceMs !== undefined || this.#clogs > 0;
  }

  /** Of virtual time; undefined while it is not cut. */
  get cutSinceMs(): number | undefined {
    return this.#cutSinceMs;
  }

  delayMs(): number {
    const delayMs = this.#draw(this.#latency());
    return this.#delays.size + this.#losses.size === 0 ? delayMs : delayMs + this.#faultDelayMs();
  }

  /** For a while everything takes this much longer. */
  slow(by: Latency, forMs: number): void {
    this.#delays.add(by);
    this.time.schedule(forMs, () => this.#delays.delete(by));
  }

  /** For a while each packet is lost with this probability, and sent again. */
  losePackets(probability: number, forMs: number): void {
    const loss = { probability };
    this.#losses.add(loss);
    this.time.schedule(forMs, () => this.#losses.delete(loss));
  }

  cut(): void {
    this.#cutSinceMs ??= this.time.nowMs;
  }

  heal(): void {
    this.#cutSinceMs = undefined;
    this.#wake();
  }

  clog(forMs: number): void {
    this.#clogs += 1;
    this.time.schedule(forMs, () => {
      this.#clogs -= 1;
      this.#wake();
    });
  }

  noteBusy(lane: Lane, isBusy: boolean): void {
    if (isBusy) {
      this.#busy.add(lane);
    } else {
      this.#busy.delete(lane);
    }
  }

  #faultDelayMs(): number {
    let delayMs = 0;
    for (const delay of this.#delays) {
      delayMs += this.#draw(delay);
    }
    for (const { probability } of this.#losses) {
      delayMs += this.#retransmitMs(probability);
    }
    return delayMs;
  }

  #draw({ baseMs, jitterMs }: Latency): number {
    return baseMs + this.random.fraction() * jitterMs;
  }

  #retransmitMs(probability: number): number {
    let waitMs = 0;
    for (let times = 0; times < RETRANSMITS_MAX && this.random.chance(probability); times++) {
      waitMs += RETRANSMIT_MS * 2 ** times;
    }
    return waitMs;
  }

  #wake(): void {
    for (const lane of this.#busy) {
      lane.wake();
    }
  }
}

/** What travels on a lane, and how many bytes it counts for. */
interface Parcel {
  readonly bytes: number;
  readonly deliver: () => void;
}

export class Lane {
  readonly #path: NetworkPath;
  readonly #onDue = (): void => this.#deliver();
  #underWay: { readonly parcel: Parcel; readonly dueMs: number }[] = [];
  #bytes = 0;
  #isArmed = false;
  #isSevered = false;

  constructor(path: NetworkPath) {
    this.#path = path;
  }

  /** Bytes that wait because the path is blocked. */
  get stalledBytes(): number {
    return this.#path.isBlocked ? this.#bytes : 0;
  }

  send(parcel: Parcel): void {
    if (this.#isSevered) {
      return;
    }
    this.#underWay.push({ parcel, dueMs: this.#path.time.nowMs + this.#path.delayMs() });
    this.#bytes += parcel.bytes;
    if (this.#underWay.length === 1) {
      this.#path.noteBusy(this, true);
    }
    this.wake();
  }

  /** Loses a suffix of what is under way, of any length. */
  loseSuffix(): void {
    this.#underWay.length = this.#path.random.below(this.#underWay.length + 1);
    this.#bytes = this.#underWay.reduce((sum, { parcel }) => sum + parcel.bytes, 0);
  }

  /** Sends `last` behind what is not lost, and nothing after it. Idempotent. */
  sever(last: Parcel): void {
    if (!this.#isSevered) {
      this.loseSuffix();
      this.send(last);
      this.#isSevered = true;
    }
  }

  /** Goes on delivering, unless the path is blocked. */
  wake(): void {
    const next = this.#underWay[0];
    if (next === undefined) {
      this.#path.noteBusy(this, false);
      return;
    }
    if (this.#isArmed || this.#path.isBlocked) {
      return;
    }
    this.#isArmed = true;
    const { time } = this.#path;
    time.schedule(Math.max(0, next.dueMs - time.nowMs), this.#onDue);
  }

  #deliver(): void {
    this.#isArmed = false;
    const head = this.#underWay[0];
    if (head === undefined || this.#path.isBlocked || head.dueMs > this.#path.time.nowMs) {
      this.wake();
      return;
    }
    this.#underWay.shift();
    this.#bytes -= head.parcel.bytes;
    this.wake();
    head.parcel.deliver();
  }
}
