/** The audit's requests to one peer: each ends with its reply, with the link, or after a time. */
import { type AuditReplyMessage, type AuditRequestMessage, messageBytes } from "../codec/index.js";
import type { Environment } from "./environment.js";

const TIMEOUT_MS = 10_000;

export class AuditAsk {
  readonly #environment: Environment;
  readonly #peer: number;

  constructor(environment: Environment, peer: number) {
    this.#environment = environment;
    this.#peer = peer;
  }

  /** Undefined: there will be no reply. Never calls back before it returns. */
  ask<T extends AuditReplyMessage["type"]>(
    replyType: T,
    request: (id: number) => AuditRequestMessage,
    done: (reply: Extract<AuditReplyMessage, { type: T }> | undefined) => void,
  ): void {
    const { calls, counters, timers } = this.#environment;
    let isReturned = false;
    const end = (reply: Extract<AuditReplyMessage, { type: T }> | undefined): void => {
      timeout.cancel();
      if (isReturned) done(reply);
      else timers.endOfTurn(() => done(reply));
    };
    const timeout = timers.after(TIMEOUT_MS, () => {
      calls.cancel(call);
      done(undefined);
    });
    const isReply = (reply: AuditReplyMessage): reply is Extract<AuditReplyMessage, { type: T }> =>
      reply.type === replyType;
    const counted = (id: number): AuditRequestMessage => {
      const message = request(id);
      counters.add("audit_bytes", messageBytes(message));
      return message;
    };
    const call = calls.call(this.#peer, replyType, counted, (reply) =>
      end(reply !== undefined && isReply(reply) ? reply : undefined),
    );
    isReturned = true;
  }
}
