/**
 * A dot names one mutation: (actor, counter), unique inside its partition. The counters of one actor in one partition
 * are contiguous from 1 (Preguiça et al., "Dotted Version Vectors", 2010).
 *
 * An actor is a node's member number and the incarnation of one of its starts, in one integer: number × 2^32 +
 * incarnation. Member numbers stay below 2^21, so an actor is a safe integer; on disk and wire it takes 8 bytes.
 */
export type Actor = number & { readonly __actor: unique symbol };

export interface Dot {
  readonly actor: Actor;
  readonly counter: number;
}

const INCARNATION_SPAN = 2 ** 32;
export const MEMBER_NUMBER_MAX = 2 ** 21 - 1;

/** Throws RangeError when either part does not fit: such an actor must never exist. */
export function actorOf(memberNumber: number, incarnation: number): Actor {
  if (!Number.isInteger(memberNumber) || memberNumber < 1 || memberNumber > MEMBER_NUMBER_MAX)
    throw new RangeError(`member number ${memberNumber} is outside 1..${MEMBER_NUMBER_MAX}`);
  if (!Number.isInteger(incarnation) || incarnation < 1 || incarnation >= INCARNATION_SPAN)
    throw new RangeError(`incarnation ${incarnation} is outside 1..${INCARNATION_SPAN - 1}`);
  return (memberNumber * INCARNATION_SPAN + incarnation) as Actor;
}

/** The member number of an actor. */
export function actorMember(actor: Actor): number {
  return Math.floor(actor / INCARNATION_SPAN);
}

/** The incarnation of an actor. */
export function actorIncarnation(actor: Actor): number {
  return actor % INCARNATION_SPAN;
}

/** An actor from bytes that a peer or a client sent; undefined when it cannot be one. */
export function actorFromInteger(integer: number): Actor | undefined {
  if (!Number.isSafeInteger(integer) || integer <= INCARNATION_SPAN) return undefined;
  return integer % INCARNATION_SPAN === 0 ? undefined : (integer as Actor);
}

/** For logs: member.incarnation:counter */
export function formatDot(dot: Dot): string {
  return `${actorMember(dot.actor)}.${actorIncarnation(dot.actor)}:${dot.counter}`;
}
