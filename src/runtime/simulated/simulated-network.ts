/**
 * The network between simulated nodes. Each fault is one plain method, for tests and for fault schedules to call.
 *
 * Links behave as TCP does. A cut stalls what is sent; nobody is told, so a node notices by silence and resets the
 * link. That reset does not cross the cut either. No link comes up while either direction between the two is cut,
 * because the handshake needs both. After healing, what stalled on a link that still stands arrives, in order.
 */
import { type Latency, NetworkPath } from "./network-path.js";
import type { SeededRandom } from "./seeded-random.js";
import { type LinkEnd, type LinkMessage, makeLink } from "./simulated-link.js";
import type { SimulatedTimers } from "./simulated-timers.js";
import { type FrameWatcher, type NetworkPort, SimulatedTransport } from "./simulated-transport.js";
import type { VirtualTime } from "./virtual-time.js";

export type RegionLatency = (fromRegion: string, toRegion: string) => Latency;

/** A data centre, and an ocean between two of them. */
const DEFAULT_LATENCY: RegionLatency = (from, to) =>
  from === to ? { baseMs: 0.3, jitterMs: 0.4 } : { baseMs: 40, jitterMs: 10 };

interface NetworkOptions {
  readonly latency?: RegionLatency | undefined;
  readonly onFrame?: FrameWatcher | undefined;
}

type CutDirection = "both" | "a-to-b";

export class SimulatedNetwork implements NetworkPort {
  readonly onFrame: FrameWatcher | undefined;
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #latency: RegionLatency;
  readonly #regions = new Map<number, string>();
  readonly #pluggedIn = new Map<number, SimulatedTransport>();
  /** Nodes whose machine is down: nothing there answers that nobody listens. */
  readonly #dark = new Set<number>();
  readonly #paths = new Map<string, NetworkPath>();
  readonly #latencyOverrides = new Map<string, Latency>();

  constructor(time: VirtualTime, random: SeededRandom, options: NetworkOptions = {}) {
    this.#time = time;
    this.#random = random;
    this.#latency = options.latency ?? DEFAULT_LATENCY;
    this.onFrame = options.onFrame;
  }

  /** A transport for one process of the node `number`, which lies in `region`. */
  transport(number: number, region: string, process: SimulatedTimers): SimulatedTransport {
    this.#regions.set(number, region);
    return new SimulatedTransport(number, this, process);
  }

  /** Stops what is sent from a to b, or between both, until it is healed. */
  cut(a: number, b: number, direction: CutDirection = "both"): void {
    this.#path(a, b).cut();
    if (direction === "both") {
      this.#path(b, a).cut();
    }
  }

  /** Ends cuts between the two, in both directions. */
  heal(a: number, b: number): void {
    this.#path(a, b).heal();
    this.#path(b, a).heal();
  }

  healAll(): void {
    for (const path of this.#paths.values()) {
      path.heal();
    }
  }

  /** Since when what a sends does not reach b, without a break; undefined while it is not cut. */
  cutSinceMs(a: number, b: number): number | undefined {
    return this.#path(a, b).cutSinceMs;
  }

  /** Holds back what is sent from a to b for a while; then it all arrives. */
  clog(a: number, b: number, forMs: number): void {
    this.#path(a, b).clog(forMs);
  }

  /** For a while what is sent from a to b takes this much longer, on top of all else. */
  slow(a: number, b: number, by: Latency, forMs: number): void {
    this.#path(a, b).slow({ ...by }, forMs);
  }

  /** For a while each packet from a to b is lost with this probability. TCP sends it again: what follows waits for it. */
  losePackets(a: number, b: number, probability: number, forMs: number): void {
    this.#path(a, b).losePackets(probability, forMs);
  }

  /** Breaks the link between the two: each direction loses a suffix of what is under way, and both are told. */
  dropLink(a: number, b: number): void {
    this.#pluggedIn.get(a)?.linkWith(b)?.sever();
    this.#pluggedIn.get(b)?.linkWith(a)?.sever();
  }

  /** From a to b messages now take this long, whatever the regions; undefined: as the regions say. */
  setLatency(a: number, b: number, latency: Latency | undefined): void {
    if (latency === undefined) {
      this.#latencyOverrides.delete(pathName(a, b));
    } else {
      this.#latencyOverrides.set(pathName(a, b), latency);
    }
  }

  /** Whether a link between the two is up, as both see it. */
  isLinked(a: number, b: number): boolean {
    const sees = (one: number, other: number) => this.#pluggedIn.get(one)?.linkWith(other)?.state === "up";
    return sees(a, b) && sees(b, a);
  }

  /** Ends the links of a process that crashed; silently when its machine lost its power, until it is back. */
  crash(transport: SimulatedTransport, isMachineDown: boolean): void {
    transport.crash(isMachineDown);
    if (isMachineDown) {
      this.#dark.add(transport.number);
    }
  }

  get nowMs(): number {
    return this.#time.nowMs;
  }

  plugIn(transport: SimulatedTransport): void {
    if (this.#pluggedIn.has(transport.number)) {
      throw new Error(`a transport of node ${transport.number} is running already`);
    }
    this.#pluggedIn.set(transport.number, transport);
    this.#dark.delete(transport.number);
  }

  unplug(transport: SimulatedTransport): void {
    if (this.#pluggedIn.get(transport.number) === transport) {
      this.#pluggedIn.delete(transport.number);
    }
  }

  open(number: number, peerNumber: number): LinkEnd | undefined {
    const paths = { there: this.#path(number, peerNumber), back: this.#path(peerNumber, number) };
    if (paths.there.isBlocked || paths.back.isBlocked) {
      return undefined;
    }
    return makeLink(number, peerNumber, paths, (at, message) => this.#arrive(at, message));
  }

  #arrive(at: LinkEnd, message: LinkMessage): void {
    const transport = this.#pluggedIn.get(at.number);
    if (transport !== undefined) {
      transport.receive(at, message);
    } else if (!this.#dark.has(at.number) && message.kind !== "gone") {
      at.sever();
    }
  }

  #path(from: number, to: number): NetworkPath {
    const name = pathName(from, to);
    let path = this.#paths.get(name);
    if (path === undefined) {
      const latency = () => this.#latencyOverrides.get(name) ?? this.#regionLatency(from, to);
      path = new NetworkPath(this.#time, this.#random.split(name), latency);
      this.#paths.set(name, path);
    }
    return path;
  }

  #regionLatency(from: number, to: number): Latency {
    return this.#latency(this.#regions.get(from) ?? "", this.#regions.get(to) ?? "");
  }
}

function pathName(from: number, to: number): string {
  return `${from}-${to}`;
}
