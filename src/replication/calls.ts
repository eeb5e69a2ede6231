/** Requests to peers that wait for a reply. A call ends with its reply, or when the link to its peer goes down. */
import type { CatchUpPage, Message } from "../codec/index.js";
import type { PeerLinks, Reply } from "./peer-links.js";

/** What ends a call: of a catch-up the pages are asked for one by one, by the session. */
type CallReply = Exclude<Reply, CatchUpPage>;

interface Call {
  readonly peer: number;
  readonly type: CallReply["type"];
  readonly done: (reply: CallReply | undefined) => void;
}

export class Calls {
  readonly #links: PeerLinks;
  readonly #calls = new Map<number, Call>();
  #lastId = 0;

  constructor(links: PeerLinks) {
    this.#links = links;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  /**
   * Sends a request and calls back once: with the reply, or with undefined when none will come. May call back before it
   * returns. The id that is returned cancels.
   */
  call<T extends CallReply["type"]>(
    peer: number,
    replyType: T,
    request: (id: number) => Exclude<Message, Reply>,
    done: (reply: Extract<CallReply, { type: T }> | undefined) => void,
  ): number {
    const id = ++this.#lastId;
    const isReply = (reply: CallReply): reply is Extract<CallReply, { type: T }> => reply.type === replyType;
    this.#calls.set(id, {
      peer,
      type: replyType,
      done: (reply) => done(reply !== undefined && isReply(reply) ? reply : undefined),
    });
    if (!this.#links.send(peer, request(id))) this.#end(id, undefined);
    return id;
  }

  /** Nobody waits for this one any more. */
  cancel(id: number): void {
    this.#calls.delete(id);
  }

  /** A reply that nobody waits for, or from another peer than was asked, is ignored. */
  reply(from: number, reply: CallReply): void {
    const call = this.#calls.get(reply.id);
    if (call?.peer === from && call.type === reply.type) this.#end(reply.id, reply);
  }

  peerDown(peer: number): void {
    const lost = [...this.#calls].filter(([, call]) => call.peer === peer);
    for (const [id] of lost) this.#end(id, undefined);
  }

  #end(id: number, reply: CallReply | undefined): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.done(reply);
  }
}
