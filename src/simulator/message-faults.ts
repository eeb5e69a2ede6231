/**
 * Messages between two nodes that are lost, doubled or late, while their link is up.
 *
 * A link itself loses nothing, doubles nothing and keeps its order, or it goes down: TCP sees to that, and the core
 * relies on it (`runtime/transport.ts`). Frames, with the credit and the heartbeats in them, are therefore never touched;
 * nor are clocks and views, of which a node sends each once and knows that it was sent. But above the links this happens:
 *
 * - Whatever a node sends may find the queue to its peer full, and is dropped. Who asks learns of that, who replies or
 *   acknowledges does not: so acknowledgements, deltas, requests and replies get lost.
 * - A delta has two ways to a region, through one relay or another when nodes disagree on who is alive: so deltas come
 *   twice, and after others that were sent later.
 *
 * The sender gets back the credit of what was dropped, as if it had never been handed to the link.
 */
import { appendMessage, beginFrame, type Message, readFrame } from "../codec/index.js";
import type { Runtime } from "../runtime/index.js";
import type { SeededRandom, SimulatedWorld } from "../runtime/simulated/index.js";

/** Each the probability that it befalls one message. */
export interface MessageDisturbance {
  readonly drop?: number;
  /** Of a delta: it is lost, and all else arrives. */
  readonly dropDelta?: number;
  /** Of a delta: another copy of it comes later. */
  readonly duplicate?: number;
  /** Of a delta: it comes later, and others before it. */
  readonly delay?: number;
}

/** The long way round takes at most so long. */
const DELAY_MS_MAX = 1_000;

const UNTOUCHED: ReadonlySet<Message["type"]> = new Set(["credit", "heartbeat", "clock", "view"]);

type Fate = "dropped" | "duplicated" | "delayed";

export class MessageFaults {
  /** How often each has happened. */
  readonly counts: Record<Fate, number> = { dropped: 0, duplicated: 0, delayed: 0 };
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #disturbances = new Map<string, Set<MessageDisturbance>>();

  constructor(world: SimulatedWorld) {
    this.#world = world;
    this.#random = world.random.split("messages");
  }

  /** For a while, to what the node `from` sends to the node `to`. */
  disturb(from: number, to: number, disturbance: MessageDisturbance, forMs: number): void {
    const path = `${from}-${to}`;
    const active = this.#disturbances.get(path) ?? new Set();
    this.#disturbances.set(path, active.add(disturbance));
    this.#world.time.schedule(forMs, () => {
      active.delete(disturbance);
    });
  }

  /** The runtime of one process of the node `number`, with a transport whose messages the faults befall. */
  attachedTo(runtime: Runtime, number: number): Runtime {
    const { transport, timers } = runtime;
    let returnCredit: (peer: number, bytes: number) => void = () => undefined;
    return {
      ...runtime,
      transport: {
        start: (self, handler) => {
          returnCredit = (peer, bytes) =>
            timers.endOfTurn(() => handler.onFrame(peer, frameOf([{ type: "credit", bytes }])));
          transport.start(self, handler);
        },
        setPeers: (peers) => transport.setPeers(peers),
        queuedBytes: (peer) => transport.queuedBytes(peer),
        reset: (peer, reason) => transport.reset(peer, reason),
        close: (done) => transport.close(done),
        send: (peer, frame) => {
          const active = this.#disturbances.get(`${number}-${peer}`);
          if (active === undefined || active.size === 0) return transport.send(peer, frame);
          const late = (message: Message): void => this.#sendLate(runtime, peer, message);
          const left = this.#disturbed(frame, active, late);
          if (left.length > 0) transport.send(peer, left);
          if (left.length < frame.length) returnCredit(peer, frame.length - left.length);
        },
      },
    };
  }

  /** What is left of a frame; empty when nothing is. */
  #disturbed(
    frame: Uint8Array,
    active: ReadonlySet<MessageDisturbance>,
    late: (message: Message) => void,
  ): Uint8Array {
    const kept: Message[] = [];
    let isTouched = false;
    readFrame(Buffer.from(frame), (message) => {
      const fate = this.#fateOf(message, active);
      if (fate !== undefined) {
        isTouched = true;
        this.counts[fate]++;
      }
      if (fate === "duplicated" || fate === "delayed") late(message);
      if (fate === undefined || fate === "duplicated") kept.push(message);
    });
    if (!isTouched) return frame;
    return kept.length === 0 ? new Uint8Array() : frameOf(kept);
  }

  #fateOf(message: Message, active: ReadonlySet<MessageDisturbance>): Fate | undefined {
    if (UNTOUCHED.has(message.type)) return undefined;
    for (const { drop = 0, dropDelta = 0, duplicate = 0, delay = 0 } of active) {
      if (this.#random.chance(drop)) return "dropped";
      if (message.type !== "delta") continue;
      if (this.#random.chance(dropDelta)) return "dropped";
      if (this.#random.chance(duplicate)) return "duplicated";
      if (this.#random.chance(delay)) return "delayed";
    }
    return undefined;
  }

  /** Not at all when the process or the link is gone by then. */
  #sendLate({ transport }: Runtime, peer: number, message: Message): void {
    this.#world.time.schedule(this.#random.fraction() * DELAY_MS_MAX, () =>
      transport.send(peer, frameOf([message])),
    );
  }
}

function frameOf(messages: readonly Message[]): Buffer {
  const frame = beginFrame();
  for (const message of messages) appendMessage(frame, message);
  return frame.take();
}
