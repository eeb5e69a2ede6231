/** Rows and their parts by hand. */
import {
  type Actor,
  actorOf,
  Context,
  type Dot,
  hlcAt,
  VersionVector,
} from "../../../src/causality/index.js";
import type { LiveDot, Payload, RowChange, RowState } from "../../../src/crdt/index.js";

export const A = actorOf(1, 1);
export const B = actorOf(2, 1);
export const C = actorOf(3, 1);

export function dot(actor: Actor, counter: number): Dot {
  return { actor, counter };
}

export function payload(stampMs: number, part: Partial<Payload> = {}): Payload {
  const data = Buffer.from(`value of ${stampMs}`);
  return { hlc: hlcAt(stampMs), isTombstone: false, encoding: 0, expiresAtMs: 0, data, ...part };
}

export function live(actor: Actor, counter: number, stampMs: number, part: Partial<Payload> = {}): LiveDot {
  return { actor, counter, payload: payload(stampMs, part) };
}

/** The change that put this dot. */
export function put(of: LiveDot, replaced: readonly Dot[] = []): RowChange {
  return { ...of, replaced };
}

export function removal(actor: Actor, counter: number, replaced: readonly Dot[]): RowChange {
  return { actor, counter, payload: undefined, replaced };
}

export function clockOf(...entries: readonly (readonly [Actor, number])[]): VersionVector {
  return VersionVector.from(entries);
}

export function state(dots: readonly LiveDot[], clock: VersionVector, beyond: readonly Dot[] = []): RowState {
  return { live: dots, context: new Context(clock).joined(Context.ofDots(beyond)) };
}
