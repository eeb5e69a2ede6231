/**
 * All links of a node: frames from the transport become messages for the node's parts, messages of one turn become one
 * frame a peer. A peer that sends bytes which make no frame loses its link, and nothing else happens.
 */
import { latestCredibleHlc } from "../causality/index.js";
import { type AuditReplyMessage, CodecError, type Message, readFrame } from "../codec/index.js";
import type { Clock, Log, Runtime, Timers, Transport } from "../runtime/index.js";
import type { Fill } from "./bounds.js";
import type { Counters } from "./counters.js";
import { PeerLink } from "./peer-link.js";

/** What answers a request. */
export type Reply =
  | Extract<
      Message,
      {
        type:
          | "read-reply"
          | "range-reply"
          | "changes-reply"
          | "repair-reply"
          | "lookup-reply"
          | "forward-reply"
          | "hold-reply"
          | "catch-up-page";
      }
    >
  | AuditReplyMessage;

interface LinkEvents {
  message(from: number, message: Message): void;
  /** Before the frames of a turn go out: the last moment to add to them. */
  beforeFlush(): void;
}

export class PeerLinks {
  readonly #transport: Transport;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #counters: Counters;
  readonly #links = new Map<number, PeerLink>();
  #events: LinkEvents | undefined;
  #isFlushScheduled = false;

  constructor(
    { transport, timers, clock, log }: Pick<Runtime, "transport" | "timers" | "clock" | "log">,
    counters: Counters,
  ) {
    this.#transport = transport;
    this.#timers = timers;
    this.#clock = clock;
    this.#log = log;
    this.#counters = counters;
  }

  listen(events: LinkEvents): void {
    this.#events = events;
  }

  isUp(peer: number): boolean {
    return this.#links.get(peer)?.isUp === true;
  }

  queuedBytes(peer: number): number {
    return (this.#links.get(peer)?.queuedBytes ?? 0) + this.#transport.queuedBytes(peer);
  }

  /** Of one peer: what waits for its credit. */
  queueFill(peer: number): Fill {
    return this.#link(peer).fill;
  }

  up(peer: number): void {
    this.#link(peer).up();
  }

  down(peer: number): void {
    this.#link(peer).down();
  }

  /** Closes the link; it is dialled again. */
  reset(peer: number, reason: string): void {
    this.#log.warn({ peer, reason }, "closing a link");
    this.#transport.reset(peer, reason);
  }

  /** False: the message was dropped, because the link is down or its queue is full. */
  send(peer: number, message: Exclude<Message, Reply>): boolean {
    return this.#send(peer, message);
  }

  /** Of the link that is up: for what answers a request that came over it. */
  generationOf(peer: number): number {
    return this.#link(peer).generation;
  }

  /**
   * Answers a request over the link that it came over, and over no later one: there the peer may be another process, which
   * numbers its calls anew and would take this for the answer to something else.
   */
  answer(peer: number, generation: number, reply: Reply): void {
    if (this.#link(peer).generation === generation) this.#send(peer, reply);
  }

  sendUrgent(peer: number, message: Message): void {
    this.#link(peer).sendUrgent(message);
  }

  flushSoon(): void {
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    this.#timers.endOfTurn(() => {
      this.#isFlushScheduled = false;
      this.#events?.beforeFlush();
      for (const link of this.#links.values()) link.flush();
    });
  }

  receive(peer: number, frame: Buffer): void {
    const link = this.#link(peer);
    let isUrgent = false;
    const take = (message: Message): void => {
      if (message.type === "credit") {
        isUrgent = true;
        link.addCredit(message.bytes);
        this.flushSoon();
        return;
      }
      isUrgent ||= message.type === "heartbeat";
      this.#events?.message(peer, message);
    };
    try {
      readFrame(frame, take, latestCredibleHlc(this.#clock.wallMs()));
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return this.reset(peer, `a frame is malformed: ${error.message}`);
    }
    if (!isUrgent) link.taken(frame.length);
  }

  #send(peer: number, message: Message): boolean {
    this.flushSoon();
    return this.#link(peer).send(message);
  }

  #link(peer: number): PeerLink {
    const known = this.#links.get(peer);
    if (known !== undefined) return known;
    const link = new PeerLink((frame) => {
      this.#counters.add("peer_bytes_sent", frame.length);
      this.#transport.send(peer, frame);
    });
    this.#links.set(peer, link);
    return link;
  }
}
